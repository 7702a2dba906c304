export const account = {
  title: 'Mein Konto',
  operator: 'Sie sind als Betreiber mit dem Betreiber-Token angemeldet. Dazu gehört kein Benutzerkonto.',
  saved: 'Ihre Angaben wurden gespeichert.',
  profile: {
    title: 'Angaben zur Person',
    firstName: 'Vorname',
    lastName: 'Nachname',
    language: 'Sprache',
    languageHint: 'Für das Portal und für E-Mails an Sie.',
  },
  email: {
    title: 'E-Mail-Adresse',
    label: 'E-Mail-Adresse',
    hint: 'Eine neue Adresse gilt, sobald Sie den Link in der E-Mail an sie geöffnet haben. Dann enden alle anderen Sitzungen.',
    password: 'Passwort zur Bestätigung',
    microsoft:
      'Sie haben hier kein Passwort. Die Adresse lässt sich in den ersten fünf Minuten nach einer Anmeldung mit Microsoft ändern.',
    do: 'Adresse ändern',
    waiting:
      'An {{email}} wurde eine E-Mail geschickt. Bitte öffnen Sie den Link darin, um die Adresse zu bestätigen.',
  },
  password: {
    title: 'Passwort',
    current: 'Bisheriges Passwort',
    next: 'Neues Passwort',
    do: 'Passwort ändern',
    done: 'Ihr Passwort wurde geändert. Alle anderen Sitzungen sind beendet.',
    microsoft: 'Sie melden sich mit Microsoft an und haben hier kein Passwort.',
    set: 'Passwort festlegen',
  },
  sessions: {
    title: 'Sitzungen',
    device: 'Gerät',
    current: 'diese',
    address: 'Adresse',
    since: 'Angemeldet am',
    seen: 'Zuletzt aktiv',
    actions: 'Aktionen',
    end: 'Beenden',
    endWhich: 'Beenden: {{device}}',
  },
} as const
