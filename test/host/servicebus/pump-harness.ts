import type { Message } from '../../../infra/local/host/servicebus/client.ts'
import type { Pump, PumpOptions } from '../../../infra/local/host/servicebus/deliver.ts'
import { fakeClock } from '../../agent/fake-clock.ts'
import { createRecordingLog } from '../recording-log.ts'
import { createFakeBus } from './fake-bus.ts'

/** A pump on a broker in memory, with a function whose calls the test ends by hand. */
export function createHarness(startPump: (options: PumpOptions) => Pump, change: Partial<PumpOptions> = {}) {
  const clock = fakeClock(Date.parse('2026-01-01T00:00:00Z'))
  const log = createRecordingLog()
  const bus = createFakeBus(clock)
  const calls: { ids: string[]; counts: number[]; end: () => void; fail: () => void }[] = []
  const pump = startPump({
    functionName: 'fn',
    queue: 'q',
    batch: false,
    settings: {
      maxAutoLockRenewalMs: 300_000,
      maxConcurrentCalls: 2,
      maxConcurrentSessions: 2,
      sessionIdleTimeoutMs: 10_000,
      maxMessageBatchSize: 10,
    },
    connectionString: 'Endpoint=sb://127.0.0.1',
    open: (connection) => bus.open(connection),
    clock,
    log,
    run: (messages: readonly Message[]) =>
      new Promise<void>((resolve, reject) => {
        calls.push({
          ids: messages.map(({ messageId }) => String(messageId)),
          counts: messages.map(({ deliveryCount }) => deliveryCount ?? -1),
          end: resolve,
          fail: () => reject(new Error('failed')),
        })
      }),
    ...change,
  })
  let stopped = false
  void pump.stopped.then(() => {
    stopped = true
  })
  return {
    bus,
    clock,
    log,
    pump,
    calls,
    settle: () => clock.advance(0),
    ids: () => calls.map(({ ids }) => ids.join('+')),
    isStopped: () => stopped,
  }
}
