import { absencesExportJob } from '../../../functions/hr/absences/export-job.ts'
import { createAbsencesService, type NewRequest } from '../../../functions/hr/absences/service.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { instantClock } from '../../clock.ts'
import { sageWith } from '../job-site.ts'
import { sageDouble } from '../sage-double.ts'
import { Crash } from '../sage-fates.ts'

/** Requests for leave with a store in memory, people 1_1 to 1_9, and a Sage that the test breaks. */
export function absencesSite() {
  const store = openSqliteStore({ file: ':memory:' })
  const clock = instantClock()
  const model = sageDouble(clock)
  /** Batches that still work before the process ends. */
  let batchesLeft = Number.POSITIVE_INFINITY
  let crashAfterWrite = false

  const mortal: Store = {
    ...store,
    async batch(...call) {
      if (model.crashed()) throw new Crash('the process is gone')
      batchesLeft -= 1
      if (batchesLeft >= 0) return store.batch(...call)
      if (crashAfterWrite) await store.batch(...call)
      model.crash()
      throw new Crash('while writing')
    },
  }
  const reason = { name: 'Urlaub', short: 'U', color: undefined, updatedAt: '' }
  const service = createAbsencesService({
    store,
    clock,
    people: {
      async get(_, id) {
        const employeeNumber = Number(id.slice(-8))
        if (!/^s000001-0000000[1-9]$/.test(id)) throw new StegError('not-found', { what: 'person' })
        return { person: { clientNumber: 1, employeeNumber } as never, etag: '' }
      },
    },
    masterData: {
      find: async (_, __, id) =>
        id > 3 ? undefined : ({ ...reason, id, active: id !== 2, requestable: id !== 3 } as never),
    },
  })
  const sage = sageWith(model.session, clock)

  return {
    store,
    clock,
    model,
    service,
    sage,
    /** A job as a new process would make it. */
    job: () => absencesExportJob({ store: mortal, sage, clock }),
    crashAtBatch(number: number, afterWrite: boolean) {
      batchesLeft = number
      crashAfterWrite = afterWrite
    },
    restart() {
      batchesLeft = Number.POSITIVE_INFINITY
      model.restart()
    },
    close: () => store.close(),
  }
}

export function leave(id: string, change: Partial<NewRequest> = {}): NewRequest {
  return {
    id,
    externalToken: '1_1',
    reasonId: 1,
    from: '2026-12-01',
    to: '2026-12-03',
    halfDay: false,
    comment: '',
    ...change,
  }
}
