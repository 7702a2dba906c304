import type { Clock } from '../../../shared/clock.ts'
import type { Logger } from '../../../shared/log.ts'
import type { RegisteredFunction } from './core-module.ts'
import type { Executions } from './executions.ts'
import type { HostSettings } from './host-json.ts'
import type { OpenBus } from './servicebus/client.ts'
import { inputData, traceParentOf, triggerMetadata } from './servicebus/metadata.ts'
import { startQueuePump } from './servicebus/queue-pump.ts'
import { startSessionPump } from './servicebus/session-pump.ts'
import { startTimer } from './timer/listener.ts'
import { parseSchedule, type Schedule } from './timer/schedule.ts'
import type { TimerStatusStore } from './timer/status.ts'
import type { QueueTrigger, TimerTrigger, Trigger } from './triggers.ts'

export interface ListenerOptions {
  readonly settings: HostSettings
  /** IANA name of the zone that schedules are meant in. */
  readonly timeZone: string
  readonly executions: Executions
  readonly clock: Clock
  readonly log: Logger
  readonly timerStatus: TimerStatusStore
  readonly openBus: OpenBus
}

/** Something that starts functions by itself: a timer or the reader of a queue. */
export interface Listener {
  stop(): void
  readonly stopped: Promise<void>
}

interface Loaded {
  readonly fn: RegisteredFunction
  readonly trigger: Trigger
}

/** Reads every schedule and returns what starts them all. Throws when a schedule is not valid. */
export function planListeners(functions: readonly Loaded[], options: ListenerOptions): () => Listener {
  const starts = functions.flatMap(({ fn, trigger }): (() => Listener)[] => {
    if (trigger.kind === 'timer') {
      const schedule = scheduleOf(fn, trigger, options.timeZone)
      return [() => startTimerFunction(fn, trigger, schedule, options)]
    }
    return trigger.kind === 'queue' ? [() => startQueueFunction(fn, trigger, options)] : []
  })
  return () => {
    const listeners = starts.map((start) => start())
    return {
      stop() {
        for (const listener of listeners) listener.stop()
      },
      stopped: Promise.all(listeners.map(({ stopped }) => stopped)).then(() => undefined),
    }
  }
}

function scheduleOf(fn: RegisteredFunction, trigger: TimerTrigger, timeZone: string): Schedule {
  try {
    return parseSchedule(trigger.schedule, timeZone)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`Function "${fn.metadata.name}", binding "${trigger.binding}": ${reason}`, {
      cause: error,
    })
  }
}

function startTimerFunction(
  fn: RegisteredFunction,
  { binding, runOnStartup, useMonitor }: TimerTrigger,
  schedule: Schedule,
  { executions, timerStatus, clock, log }: ListenerOptions,
): Listener {
  return startTimer({
    name: fn.metadata.name,
    schedule,
    runOnStartup,
    useMonitor,
    store: timerStatus,
    clock,
    log,
    run: (json) =>
      executions.execute(fn, binding, {
        data: { json },
        triggerMetadata: {},
        traceParent: undefined,
        traceState: undefined,
      }),
  })
}

function startQueueFunction(
  fn: RegisteredFunction,
  { binding, queue, connectionString, sessions, batch, binary }: QueueTrigger,
  { executions, settings, clock, log, openBus }: ListenerOptions,
): Listener {
  const start = sessions ? startSessionPump : startQueuePump
  return start({
    functionName: fn.metadata.name,
    queue,
    batch,
    settings: settings.serviceBus,
    connectionString,
    open: openBus,
    clock,
    log,
    run: (messages) =>
      executions.execute(fn, binding, {
        data: inputData(messages, batch, binary),
        triggerMetadata: triggerMetadata(messages, batch),
        traceParent: batch ? undefined : traceParentOf(messages[0]),
        traceState: undefined,
      }),
  })
}
