/** The transaction statements of one connection. All of them may throw. */
export interface Transaction {
  begin(): void
  commit(): void
  rollback(): void
}

interface Pending {
  /** Does the work inside the transaction and returns how to tell its caller, once everything is committed. */
  run(): () => void
  reject(error: unknown): void
}

/**
 * Commits everything that arrives in one turn of the event loop in one transaction, so that many callers share one
 * flush to disk. Each piece of work has its own outcome: when it throws what `isOutcome` accepts, it must have changed
 * nothing, and only its caller is told. Any other error undoes the whole group, and all callers get what `translate` makes of it.
 */
export function groupCommit(
  transaction: Transaction,
  isOutcome: (error: unknown) => boolean,
  translate: (error: unknown) => unknown,
): { submit<T>(work: () => T): Promise<T>; flush(): void } {
  let pending: Pending[] = []

  function flush(): void {
    const group = pending
    pending = []
    if (group.length === 0) return
    try {
      transaction.begin()
      const settle = group.map((work) => work.run())
      transaction.commit()
      for (const tell of settle) tell()
    } catch (error) {
      const failure = translate(undo(error))
      for (const work of group) work.reject(failure)
    }
  }

  function undo(error: unknown): unknown {
    try {
      transaction.rollback()
      return error
    } catch (second) {
      return new AggregateError([error, second], 'The transaction failed and could not be rolled back')
    }
  }

  return {
    submit: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        pending.push({
          run: () => {
            try {
              const result = work()
              return () => resolve(result)
            } catch (error) {
              if (!isOutcome(error)) throw error
              return () => reject(error)
            }
          },
          reject,
        })
        // The check phase follows the callbacks of all sockets and files that became ready together.
        if (pending.length === 1) setImmediate(flush)
      }),
    flush,
  }
}
