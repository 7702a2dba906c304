import type { JobDefinition } from '../jobs/port.ts'

/** `SysSageSync` (A7): everything that comes from Sage, in the order in which one needs the other. */
export const everySync: JobDefinition = {
  token: 'SysSageSync',
  category: 'SageSkripte',
  position: 10,
  schedule: { cron: '0 4 * * 1-5', timeZone: 'Europe/Berlin' },
  kind: 'sequence',
  children: [
    'SysSageSyncPersonen',
    'SysSageSyncAbwesenheitsgruende',
    'SysSageSyncZusatzeingaben',
    'SysSageSyncKontostaende',
  ],
}
