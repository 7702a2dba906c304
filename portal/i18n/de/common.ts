export const common = {
  articles: {
    terminalConnection: 'Terminalanbindung',
    mobileApp: 'Mobile App',
    accessControl: 'Zutrittskontrolle',
  },
  back: 'Zurück',
  cancel: 'Abbrechen',
  copied: 'Kopiert',
  copy: 'Kopieren',
  copyWhat: '{{what}} kopieren',
  languages: { de: 'Deutsch', en: 'English' },
  loading: 'Wird geladen …',
  more: 'Weitere anzeigen',
  save: 'Speichern',
  passwordHint: 'Mindestens 12 Zeichen. Mehrere Wörter sind leicht zu merken und schwer zu erraten.',
  showPassword: 'Passwort anzeigen',
  retry: 'Erneut versuchen',
  problem: {
    code: 'Mehr dazu ({{code}})',
    unexpected: {
      title: 'Unerwarteter Fehler',
      detail: 'Das Portal ist auf einen Fehler gestoßen. Bitte laden Sie die Seite neu.',
    },
    unreachable: {
      title: 'Steg ist nicht erreichbar',
      detail: 'Bitte prüfen Sie Ihre Internetverbindung und versuchen Sie es erneut.',
    },
  },
} as const
