import { join } from 'node:path'
import { countBus } from '../../../functions/platform/bus/counting.ts'
import { openServiceBus } from '../../../functions/platform/bus/service-bus.ts'
import { openPushOverBus, type PushTimes } from '../../../functions/platform/push/over-bus.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { systemClock } from '../../../shared/clock.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { silentLogger } from '../../../shared/log.ts'
import { systemRandom } from '../../../shared/random.ts'
import { breakableWay } from '../../agent/breakable-way.ts'
import { openBroker, temporaryFolder } from '../../broker/fixture.ts'

/** Quick, so that tests are. */
export const quick: Partial<PushTimes> = { join: 10, memory: 30, linger: 20, again: 20 }

/** Two hub instances with a broker and a store between them; the second reaches the broker by a way that can be cut. */
export async function twoInstances(
  times: Partial<PushTimes> = quick,
  store: Store = openSqliteStore({ file: ':memory:' }),
) {
  const { broker } = await openBroker({ dataFile: join(await temporaryFolder(), 'broker.db') })
  const way = await breakableWay(broker.port)
  const direct = broker.connectionString('root')
  const instance = (instanceId: string, connection: string) => {
    const bus = openServiceBus(connection)
    const counted = countBus(bus)
    // The clock can be ahead, to see what time alone does.
    const ahead = { ms: 0 }
    const clock = { ...systemClock, now: () => systemClock.now() + ahead.ms }
    let refusing: (() => void) | undefined
    const push = openPushOverBus({
      bus: {
        ...counted.bus,
        async send(queue, message) {
          refusing?.()
          if (refusing) throw new StegError('bus-unavailable', { reason: 'test' })
          await counted.bus.send(queue, message)
        },
      },
      store,
      clock,
      random: systemRandom,
      instanceId,
      log: silentLogger,
      times,
    })
    /** As long as `told` is there, the broker takes nothing. */
    const refuse = (told: (() => void) | undefined) => {
      refusing = told
    }
    return { push, bus, counts: counted.counts, ahead, refuse }
  }
  const first = instance('hub-first', direct)
  const second = instance('hub-second', direct.replace(`:${broker.port};`, `:${way.port};`))
  return {
    here: first.push,
    there: second.push,
    first,
    second,
    store,
    broker,
    way,
    async close() {
      await Promise.all([first.push.close(), second.push.close()])
      await Promise.all([first.bus.close(), second.bus.close()])
    },
  }
}
