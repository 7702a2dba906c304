import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JobDefinition, QUIET } from '../../functions/jobs/port.ts'
import { createJobsService } from '../../functions/jobs/service.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { makeFolder, removeFolder } from '../../test/folder.ts'
import { createPlaces } from './places.ts'
import { addSubjects, JOB } from './subjects.ts'

/** Milliseconds from asking for a run to its start, while others keep the hub busy. */
export interface LoadFigures {
  readonly what: string
  readonly runs: number
  readonly median: number
  readonly p95: number
  readonly most: number
}

const BOOKINGS = 'Bookings'
/** A subject's round trip to its server. */
const ROUND_TRIP_MS = 50
const PAUSE_MS = 100
const RUNS = 50

interface Settings {
  readonly sessions: { readonly places: number; readonly idleMs: number }
}

async function hostSettings(): Promise<Settings['sessions']> {
  const host = JSON.parse(await readFile(new URL('../../host.json', import.meta.url), 'utf8'))
  const { maxConcurrentSessions, sessionIdleTimeout } = host.extensions.serviceBus
  return { places: maxConcurrentSessions, idleMs: Number(String(sessionIdleTimeout).split(':')[2]) * 1000 }
}

/** @param busy makes the load. @param askFor tenants that ask for bookings meanwhile. */
async function underLoad(
  what: string,
  askFor: string,
  busy: (site: {
    readonly hub: ReturnType<typeof createJobsService>
    readonly store: ReturnType<typeof openSqliteStore>
  }) => Promise<void>,
): Promise<LoadFigures> {
  const folder = await makeFolder()
  const store = openSqliteStore({ file: join(folder, 'store.db') })
  const startedAt = new Map<string, number>()
  const job = { category: 'SageSkripte' as const, position: 1 }
  const hang = ({ signal }: { readonly signal: AbortSignal }) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const definitions: JobDefinition[] = [
    {
      ...job,
      token: BOOKINGS,
      kind: 'work',
      async run({ runId }) {
        startedAt.set(runId, performance.now())
        return {}
      },
    },
    ...Array.from({ length: 8 }, (_, n) => ({ ...job, token: `Hang${n}`, kind: 'work' as const, run: hang })),
    {
      ...job,
      token: JOB,
      kind: 'subjects',
      async run({ tenantId, signal }) {
        if (tenantId.startsWith('hanging')) return hang({ signal })
        await systemClock.sleep(ROUND_TRIP_MS, signal)
        return QUIET
      },
    },
  ]
  const places = createPlaces({ ...(await hostSettings()), work: (message) => hub.work(message) })
  const hub = createJobsService({
    store,
    clock: systemClock,
    definitions,
    bus: { send: places.send },
    random: systemRandom,
    log: silentLogger,
  })
  try {
    await busy({ hub, store })
    const waited: number[] = []
    for (let n = 0; n < RUNS; n++) {
      const asked = performance.now()
      const { id } = await hub.start(askFor, BOOKINGS)
      while (!startedAt.has(id)) await systemClock.sleep(5)
      waited.push((startedAt.get(id) ?? 0) - asked)
      while ((await hub.run(askFor, BOOKINGS, id)).finishedAt === undefined) await systemClock.sleep(5)
      await systemClock.sleep(PAUSE_MS)
    }
    waited.sort((a, b) => a - b)
    const at = (share: number) => Math.round(waited[Math.ceil(share * waited.length) - 1] ?? 0)
    const figures = { what, runs: RUNS, median: at(0.5), p95: at(0.95), most: at(1) }
    console.log(`${what}: median ${figures.median} ms, p95 ${figures.p95} ms, at most ${figures.most} ms`)
    return figures
  } finally {
    places.stop()
    await hub.close()
    store.close()
    await removeFolder(folder)
  }
}

/** Takes about half a minute of real time. */
export async function benchLoad(): Promise<readonly LoadFigures[]> {
  const figures: LoadFigures[] = []
  const alone = 'Bookings start, nothing else to do'
  figures.push(await underLoad(alone, 'other', async () => undefined))
  const due =
    (tenantIds: readonly string[], perTenant: number) =>
    async (site: Parameters<Parameters<typeof underLoad>[2]>[0]) => {
      // Registered long ago, so that all of them are due.
      await addSubjects(site.store, tenantIds, perTenant, Date.now() - 600_000)
      await site.hub.tick()
    }
  const thousands = due(['busy'], 5_000)
  figures.push(await underLoad('… of a tenant beside one with 5,000 due subjects', 'other', thousands))
  figures.push(await underLoad('… of the tenant with 5,000 due subjects itself', 'busy', thousands))
  const hanging = Array.from({ length: 5 }, (_, n) => `hanging${n}`)
  figures.push(
    await underLoad('… while five tenants hang in 8 jobs and 1,000 subjects each', 'other', async (site) => {
      await Promise.all(
        hanging.flatMap((tenantId) =>
          Array.from({ length: 8 }, (_, n) => site.hub.start(tenantId, `Hang${n}`)),
        ),
      )
      await due(hanging, 1_000)(site)
    }),
  )
  return figures
}
