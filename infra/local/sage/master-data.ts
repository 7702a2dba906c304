/** Lists that an installation sets up once. Invented, in the style of a German time recording. */
export const placesOfWork = [
  { Id: 1, Name: 'Büro Leipzig' },
  { Id: 2, Name: 'Homeoffice' },
  { Id: 3, Name: 'Werk Süd' },
  { Id: 4, Name: 'Außendienst' },
] as const

export const absenceReasons = [
  { Id: 1, Short: 'U', Name: 'Urlaub', Color: '#2E7D32', Requestable: true },
  { Id: 2, Short: 'SU', Name: 'Sonderurlaub', Color: '#558B2F', Requestable: true },
  { Id: 3, Short: 'GLZ', Name: 'Gleitzeitausgleich', Color: '#1565C0', Requestable: true },
  { Id: 4, Short: 'DR', Name: 'Dienstreise', Color: '#6A1B9A', Requestable: true },
  { Id: 5, Short: 'K', Name: 'Krank', Color: '#C62828', Requestable: false },
  { Id: 6, Short: 'MS', Name: 'Mutterschutz', Color: '#AD1457', Requestable: false },
] as const

export const additionalInputs = [
  { Id: 1, Description: 'Dienstgang', Active: true },
  { Id: 2, Description: 'Pause', Active: true },
  { Id: 3, Description: 'Arzttermin', Active: true },
  { Id: 4, Description: 'Raucherpause (alt)', Active: false },
] as const

export const accounts = [
  { Id: 1, Name: 'Gleitzeit' },
  { Id: 2, Name: 'Resturlaub' },
  { Id: 3, Name: 'Überstunden' },
] as const
