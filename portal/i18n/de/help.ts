export const help = {
  title: 'Hilfe',
  lead: 'Dieselben Texte wie in der Dokumentation. Die Suche findet Abschnitte nach Wörtern.',
  search: 'Hilfe durchsuchen',
  topics: 'Themen',
  results: 'Fundstellen',
  none: 'Dazu steht nichts in der Hilfe. Versuchen Sie andere Wörter.',
  back: 'Alle Themen',
} as const
