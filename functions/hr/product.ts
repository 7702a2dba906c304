import type { House, Observed, OpenProduct, Product, Share } from '../products/port.ts'
import { absenceEndpoints } from './absences/endpoints.ts'
import { absencesExportJob } from './absences/export-job.ts'
import { scopedAbsences } from './absences/scoped.ts'
import { createAbsencesService } from './absences/service.ts'
import { balanceEndpoints } from './balances/endpoints.ts'
import { createBalancesService } from './balances/service.ts'
import { balancesSyncJob } from './balances/sync-job.ts'
import { bookingEndpoints } from './bookings/endpoints.ts'
import { bookingsExportJob } from './bookings/export-job.ts'
import { bookingsImportJob } from './bookings/import-job.ts'
import { bookingsTopic } from './bookings/live.ts'
import { scopedBookings } from './bookings/scoped.ts'
import { createBookingsService } from './bookings/service.ts'
import { masterDataEndpoints } from './masterdata/endpoints.ts'
import { createMasterDataService } from './masterdata/service.ts'
import { masterDataSyncJobs } from './masterdata/sync-jobs.ts'
import { peopleEndpoints } from './people/endpoints.ts'
import { groupEndpoints } from './people/group-endpoints.ts'
import { STATS_KEY } from './people/rows.ts'
import { createPeopleService } from './people/service.ts'
import { peopleSyncJob } from './people/sync-job.ts'
import { hrCounts, hrLogTexts } from './rules/log-texts.ts'
import { hrNeeds } from './rules/needs.ts'
import { sageEndpoints } from './sage/endpoints.ts'
import { SAGE_BASE_URL, SAGE_NEEDED, sageVariables } from './sage/rules/variables.ts'
import { createSageService } from './sage/service.ts'
import { everySync } from './sequence.ts'
import { sageSetup } from './setup/part.ts'

/** Sage HR: people, time bookings, requests for leave, master data and balances (A7–A10, F1). */
export const hr: Product = {
  name: 'hr',
  tables: ['SageProfiles', 'People', 'Groups', 'Bookings', 'MasterData', 'Balances', 'LeaveRequests'],
  variables: sageVariables,
  targets: [{ role: 'sage', address: SAGE_BASE_URL }],
  texts: { lines: hrLogTexts, counts: hrCounts },
  needs: hrNeeds,
  pages: ['people', 'bookings'],
  help: ['bookings', 'hr-data'],
  open,
}

function open(house: House): OpenProduct {
  const { store, clock, random, variables } = house
  const people = createPeopleService({ store, clock, random })
  const sage = createSageService(house)
  const bookings = createBookingsService({
    store,
    clock,
    people,
    timeZoneOf: async (tenantId) => (await sage.profile(tenantId)).profile.timeZone,
  })
  const masterData = createMasterDataService({ store })
  const balances = createBalancesService({ store, people })
  const absences = createAbsencesService({ store, clock, people, masterData })
  const work = { store, clock, sage, people }
  const jobs = [
    everySync,
    peopleSyncJob(work),
    bookingsExportJob(work),
    bookingsImportJob(work),
    ...masterDataSyncJobs(work),
    balancesSyncJob(work),
    absencesExportJob(work),
  ]

  function observe(share: Share): Observed {
    const pending = share((tenantId) => bookings.count(tenantId, 'pending'))
    const failed = share((tenantId) => bookings.count(tenantId, 'failed'))
    const counted = {
      count: (tenantId: string, state: 'pending' | 'failed') =>
        (state === 'failed' ? failed : pending)(tenantId),
    }
    return {
      topics: [bookingsTopic(counted)],
      setup: sageSetup({
        jobs: jobs.map(({ token }) => token),
        variables: sageVariables.map(({ name }) => name),
        needed: SAGE_NEEDED,
        tables: [{ table: 'People', concerns: (key) => key === STATS_KEY }, 'Bookings'],
        people: { total: share((tenantId) => people.total(tenantId)) },
        bookings: counted,
      }),
    }
  }

  return {
    jobs,
    endpoints: [
      ...sageEndpoints(sage, variables),
      ...peopleEndpoints(people),
      ...groupEndpoints(people.groups),
      ...bookingEndpoints(scopedBookings(bookings, people)),
      ...masterDataEndpoints(masterData),
      ...balanceEndpoints(balances),
      ...absenceEndpoints(scopedAbsences(absences, people)),
    ],
    people: { checkGroups: people.groups.check, visible: people.visible },
    observe,
  }
}
