export const session = {
  email: 'E-Mail-Adresse',
  firstName: 'Vorname',
  lastName: 'Nachname',
  password: 'Passwort',
  toPortal: 'Zum Portal',
  toSignIn: 'Zur Anmeldung',
  signIn: { title: 'Bei Steg anmelden', do: 'Anmelden', or: 'oder' },
  operator: {
    choose: 'Als Betreiber anmelden',
    back: 'Mit E-Mail-Adresse anmelden',
    lead: 'Für den Betreiber dieses Hubs. Das Token steht in den Einstellungen des Hubs.',
    token: 'Betreiber-Token',
  },
  microsoft: {
    do: 'Mit Microsoft anmelden',
    failed: 'Anmeldung fehlgeschlagen',
    again: 'Bitte versuchen Sie es noch einmal.',
  },
  forgotten: {
    link: 'Passwort vergessen?',
    title: 'Passwort vergessen',
    lead: 'Sie erhalten eine E-Mail mit einem Link, mit dem Sie ein neues Passwort festlegen.',
    do: 'Link anfordern',
    sent: 'Wenn es zu dieser Adresse ein Konto gibt, ist die E-Mail unterwegs. Bitte sehen Sie auch im Spam-Ordner nach.',
  },
  reset: {
    title: 'Neues Passwort',
    lead: 'Danach sind Sie angemeldet. Alle anderen Sitzungen werden beendet.',
    password: 'Neues Passwort',
    do: 'Passwort festlegen',
    newLink: 'Neuen Link anfordern',
  },
  register: {
    title: 'Willkommen bei Steg',
    lead: 'Sie wurden zu {{tenant}} eingeladen. Legen Sie Ihren Namen und ein Passwort fest.',
    do: 'Konto anlegen',
  },
  confirm: {
    title: 'E-Mail-Adresse bestätigen',
    lead: 'Mit der Bestätigung wird dies die Adresse Ihres Kontos.',
    do: 'Adresse bestätigen',
    done: 'Die Adresse {{email}} ist bestätigt. Ab jetzt melden Sie sich mit ihr an.',
  },
  restore: {
    title: 'Änderung der Adresse zurücknehmen',
    lead: 'Ihre bisherige Adresse gilt dann wieder. Alle Sitzungen werden beendet, und Sie wählen ein neues Passwort.',
    do: 'Änderung zurücknehmen',
    locked:
      'Die Adresse {{email}} gilt wieder. Das Konto ist gesperrt; bitte wenden Sie sich an Ihren Admin.',
  },
} as const
