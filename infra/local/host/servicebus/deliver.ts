import type { Clock } from '../../../../shared/clock.ts'
import type { Logger } from '../../../../shared/log.ts'
import type { ServiceBusSettings } from '../host-json.ts'
import type { Message, OpenBus, Settlement } from './client.ts'
import { keepLocked } from './lock.ts'

export interface PumpOptions {
  readonly functionName: string
  readonly queue: string
  readonly batch: boolean
  readonly settings: ServiceBusSettings
  readonly connectionString: string
  readonly open: OpenBus
  readonly clock: Clock
  readonly log: Logger
  /** Runs the function. */
  run(messages: readonly Message[]): Promise<unknown>
}

export interface Pump {
  /** Takes no new message. Running ones go on and are settled. */
  stop(): void
  /** Resolves after `stop()` when every message is settled and the connection is closed. */
  readonly stopped: Promise<void>
}

/**
 * Runs the function with the messages, then completes them, or abandons them when it failed. Never rejects: a message
 * that cannot be settled any more comes again. Resolves with whether all could be settled.
 */
export async function deliver(
  messages: readonly Message[],
  settlement: Settlement,
  { run, log, functionName, queue }: PumpOptions,
): Promise<boolean> {
  const settle = await run(messages).then(
    () => (message: Message) => settlement.completeMessage(message),
    () => (message: Message) => settlement.abandonMessage(message),
  )
  const outcomes = await Promise.allSettled(messages.map(settle))
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
  if (failed.length > 0) {
    log.warn('Messages could not be settled and will come again', {
      function: functionName,
      queue,
      count: failed.length,
      category: 'host',
      error: failed[0]?.reason,
    })
  }
  return failed.length === 0
}

/** Keeps the locks of single messages while `work` runs, no longer than maxAutoLockRenewalDuration. */
export async function whileLocked<T>(
  messages: readonly Message[],
  renew: (message: Message) => Promise<Date>,
  { clock, log, settings, functionName, queue }: PumpOptions,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const deadline = clock.now() + settings.maxAutoLockRenewalMs
  const untilOf = (message: Message) => message.lockedUntilUtc?.getTime() ?? clock.now()
  // All of a batch together: a timer for each of a thousand would cost more than the batch itself.
  void keepLocked({
    clock,
    signal: done.signal,
    until: Math.min(...messages.map(untilOf)),
    mayRenew: () => clock.now() < deadline,
    renew: async () => {
      const until = await Promise.all(messages.map(renew))
      return new Date(Math.min(...until.map((one) => one.getTime())))
    },
    onLost: (error) =>
      log.warn('The lock of a message was lost', {
        function: functionName,
        queue,
        category: 'host',
        error,
      }),
  })
  try {
    return await work()
  } finally {
    done.abort()
  }
}
