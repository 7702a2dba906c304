export const licence = {
  title: 'Lizenz',
  lead: 'Diese Artikel sind für Ihr Unternehmen bestellt. Ändern kann das nur der Betreiber der Plattform.',
  trial:
    'Sie testen gerade alle Artikel. Nach dem angegebenen Tag bleibt aktiv, was Sie bis dahin bestellt haben; was schon angenommen ist, geht auf jeden Fall noch an Sage.',
  article: 'Artikel',
  state: 'Status',
  states: { active: 'Aktiv', ended: 'Abgelaufen', inactive: 'Nicht aktiv' },
  until: 'Gültig bis',
  endless: 'Unbegrenzt',
  for: 'Wofür',
  purposes: {
    terminalConnection: 'Buchungen und Anträge von Terminals; Identmedien vergeben',
    mobileApp: 'Buchungen und Anträge in der App',
    accessControl: 'Identmedien vergeben',
  },
} as const
