import type { Clock } from '../../shared/clock.ts'
import { absencesExportJob } from '../hr/absences/export-job.ts'
import { balancesSyncJob } from '../hr/balances/sync-job.ts'
import { bookingsExportJob } from '../hr/bookings/export-job.ts'
import { bookingsImportJob } from '../hr/bookings/import-job.ts'
import { masterDataSyncJobs } from '../hr/masterdata/sync-jobs.ts'
import type { PeopleService } from '../hr/people/service.ts'
import { peopleSyncJob } from '../hr/people/sync-job.ts'
import type { SageService } from '../hr/sage/service.ts'
import type { JobDefinition } from '../jobs/port.ts'
import type { Store } from '../platform/store/port.ts'

/** All jobs (A7). */
export function jobDefinitions(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly sage: SageService
  readonly people: PeopleService
}): readonly JobDefinition[] {
  return [
    {
      token: 'SysSageSync',
      category: 'SageSkripte',
      position: 10,
      kind: 'sequence',
      children: [
        'SysSageSyncPersonen',
        'SysSageSyncAbwesenheitsgruende',
        'SysSageSyncZusatzeingaben',
        'SysSageSyncKontostaende',
      ],
    },
    peopleSyncJob(parts),
    bookingsExportJob(parts),
    bookingsImportJob(parts),
    ...masterDataSyncJobs(parts),
    balancesSyncJob(parts),
    absencesExportJob(parts),
  ]
}
