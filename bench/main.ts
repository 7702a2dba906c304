import { benchAgents } from './agents.ts'
import { benchBookings } from './bookings.ts'
import { benchLive } from './live.ts'
import { benchPeopleList } from './people-list.ts'
import { benchPeopleSync } from './people-sync.ts'
import { benchPortal } from './portal.ts'
import { benchReconcile } from './reconcile.ts'
import { benchRelay } from './relay.ts'
import { benchScheduler } from './scheduler.ts'
import { benchStore } from './store.ts'

/** `npm run bench` runs all, `npm run bench NAME …` only these. */
const benchmarks: Readonly<Record<string, () => Promise<unknown>>> = {
  store: benchStore,
  people: benchPeopleSync,
  'people-list': () => benchPeopleList(),
  bookings: benchBookings,
  reconcile: benchReconcile,
  relay: benchRelay,
  agents: benchAgents,
  scheduler: () => benchScheduler(),
  live: benchLive,
  portal: benchPortal,
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) {
  console.error(`No benchmark ${unknown.join(', ')}. There are: ${Object.keys(benchmarks).join(', ')}.`)
  process.exit(1)
}
for (const [name, run] of Object.entries(benchmarks)) {
  if (asked.length === 0 || asked.includes(name)) await run()
}
