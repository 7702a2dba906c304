/** The life of a call that may be executed only once, as the agent's journal keeps it. */
export type JournalState = 'received' | 'executing' | 'done' | 'indeterminate'

/** `start`: the call is about to go out. `finish`: its outcome is known. `restart`: the process began anew. */
export type JournalEvent = 'start' | 'finish' | 'restart' | 'forget'

/**
 * `forget` is what happens to the oldest answers when the journal is full: that the call was executed is still known,
 * its outcome no longer. A call that was received and never started may be started after a restart.
 */
export const transitions: Readonly<
  Record<JournalState, Readonly<Record<JournalEvent, JournalState | undefined>>>
> = {
  received: { start: 'executing', finish: 'done', restart: 'received', forget: 'received' },
  executing: { start: undefined, finish: 'done', restart: 'indeterminate', forget: 'executing' },
  done: { start: undefined, finish: undefined, restart: 'done', forget: 'indeterminate' },
  indeterminate: { start: undefined, finish: undefined, restart: 'indeterminate', forget: 'indeterminate' },
}

export type JournalPlan = 'execute' | 'replay' | 'indeterminate'

/**
 * What a delivery of the call is answered with. Without an entry it counts whether somebody may have begun before: another
 * agent of the same site keeps a journal of its own.
 */
export function planFromJournal(state: JournalState | undefined, begunBefore: boolean): JournalPlan {
  switch (state) {
    case undefined:
      return begunBefore ? 'indeterminate' : 'execute'
    case 'received':
      return 'execute'
    case 'done':
      return 'replay'
    case 'executing':
    case 'indeterminate':
      return 'indeterminate'
  }
}
