import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import type { Answer, Delivery, Move } from './port.ts'
import { afterAnswer, certaintyOf, factsOf, kindOfFailure } from './rules/answer.ts'
import { type Attempt, newAttempt, withCertainty } from './rules/attempt.ts'
import { afterAbsent, findingOf, planLane, type Reading, type Step } from './rules/plan.ts'

/** Requests of one run whose answers were not clear: how many, and the last reason, by item. */
export type Tries = Map<string, { readonly count: number; readonly error: StegError }>

export interface LaneParts {
  readonly clock: Clock
  readonly tries: Tries
  /** Asked between two items; an item that was begun is seen through. What it throws ends the lane. */
  readonly mayBegin: () => boolean
}

/** What is to be delivered of one lane, in the order in which it is sent. */
export interface LaneWork<Held, Found> {
  readonly items: readonly Held[]
  /** Where the items' places were read already; otherwise they are read when it makes a difference. */
  readonly reading?: Reading<Found> | undefined
}

export type LaneEnd =
  | { readonly kind: 'done' }
  /** Nothing more of this lane before then (milliseconds since the epoch). */
  | { readonly kind: 'waits'; readonly until: number }

type Result<Held, Found> =
  | { readonly kind: 'there'; readonly held: Held; readonly found: Found }
  | { readonly kind: 'again'; readonly held: Held }
  | { readonly kind: 'refused' }
  | { readonly kind: 'waits'; readonly until: number }

/**
 * Delivers the items of one lane one after the other. Each is marked durably before its request leaves; whatever happens
 * afterwards, the mark holds the lane until it is certain whether the target has the item. Costs one reading for the
 * lane, and one transaction and one call for each item; an answer that is not clear costs a transaction and a reading.
 * @throws StegError when nothing more of this lane can be sent now; every mark is left as it is then, or taken back where
 *   it is certain that nothing was sent. `store-conflict` when somebody else works on this lane
 */
export async function deliverLane<Held, Found extends { readonly id: string }>(
  delivery: Delivery<Held, Found>,
  parts: LaneParts,
  work: LaneWork<Held, Found>,
): Promise<LaneEnd> {
  const { store, target, capabilities, tell } = delivery
  const { recognises, settleMs } = capabilities
  const { clock, tries } = parts
  /** What the target has in the places of the items, as far as it is known. */
  const known: Found[] = []
  /** Ids of what was found or made for items of this lane meanwhile. */
  const taken = new Set<string>()
  /** Written together with the next mark, so that an item costs one transaction. */
  let unsaved: Move<Held, Found> | undefined
  try {
    return await inOrder()
  } finally {
    if (unsaved !== undefined) await saveConfirmed(unsaved)
  }

  async function inOrder(): Promise<LaneEnd> {
    const reading = work.reading ?? (await readBefore())
    known.push(...reading.found)
    const held = new Map(work.items.map((one) => [store.view(one).id, one]))
    for (const step of planned(reading)) {
      const item = held.get(step.id)
      if (item === undefined) throw new Error(`item ${step.id} is not of this lane`)
      if (step.kind === 'wait') {
        tell({ kind: 'waits', held: item, until: step.until })
        return { kind: 'waits', until: step.until }
      }
      if (!parts.mayBegin()) break
      const result = await execute(step, item)
      if (result.kind === 'waits') return result
    }
    return { kind: 'done' }
  }

  function planned(reading: Reading<Found>): readonly Step<Found>[] {
    const items = work.items.map((held) => {
      const { id, state, attempt } = store.view(held)
      return { id, state, attempt, fits: fitsFree(held) }
    })
    return planLane(items, reading, recognises)
  }

  async function execute(
    step: Exclude<Step<Found>, { kind: 'wait' }>,
    held: Held,
  ): Promise<Result<Held, Found>> {
    if (step.kind === 'confirm') {
      await store.write([{ event: 'confirm', held, found: step.found }])
      return found(held, step.found)
    }
    let result: Result<Held, Found> =
      step.kind === 'send' ? { kind: 'again', held } : await afterNothingFound(held)
    while (result.kind === 'again') result = await send(result.held)
    if (result.kind === 'there') unsaved = { event: 'confirm', held: result.held, found: result.found }
    return result
  }

  async function send(held: Held): Promise<Result<Held, Found>> {
    await target.ready()
    const before = store.view(held)
    const seen = known.filter(target.fits(held)).map(({ id }) => id)
    const attempt = newAttempt(before.attempts + 1, seen, clock.now(), settleMs)
    const marked = await mark({ event: 'send', held, attempt })
    const answer = await ask(marked, attempt.deadline)
    if (answer.kind === 'accepted') {
      tell({ kind: 'delivered', held: marked, found: answer.found })
      return there(marked, answer.found)
    }
    const { error } = answer
    switch (afterAnswer[answer.kind][factsOf(attempt, recognises)]) {
      case 'refuse':
        return refuse(marked, error)
      case 'refuse-unless-there': {
        const finding = await lookFor(marked, withCertainty(attempt, 'target-done', clock.now(), settleMs))
        return finding.kind === 'there' ? found(marked, finding.found) : refuse(marked, error)
      }
      case 'stop':
        await store.write([{ event: 'unsend', held: marked, attempt: before.attempt }])
        throw error
      case 'send-again':
        noteTry(marked, error)
        return afterNothingFound(marked)
      case 'read-back':
        noteTry(marked, error)
        return readBack(marked, attempt, answer)
      case 'confirm':
        throw new Error('only what was accepted is confirmed without looking')
    }
  }

  /** @throws StegError `store-conflict` when somebody else has this item, or another one of the lane, now */
  async function mark(sent: Move<Held, Found>): Promise<Held> {
    const written = await store.write(unsaved === undefined ? [sent] : [unsaved, sent])
    unsaved = undefined
    const marked = written.at(-1)
    if (marked === undefined) throw new Error('a move brought no item')
    return marked
  }

  async function ask(marked: Held, deadline: number): Promise<Answer<Found>> {
    try {
      return await target.send(marked, deadline)
    } catch (error) {
      // What is not from the catalogue is a stop, or a mistake: it is not for us to judge.
      if (!isStegError(error)) throw error
      return { kind: kindOfFailure(error.code), error }
    }
  }

  function noteTry(marked: Held, error: StegError): void {
    const { id } = store.view(marked)
    tries.set(id, { count: (tries.get(id)?.count ?? 0) + 1, error })
    tell({ kind: 'indeterminate', held: marked, error })
  }

  async function readBack(
    marked: Held,
    attempt: Attempt,
    { kind, error }: Exclude<Answer<Found>, { kind: 'accepted' }>,
  ): Promise<Result<Held, Found>> {
    const certainty = certaintyOf[kind]
    const learned = withCertainty(attempt, certainty, clock.now(), settleMs)
    // Whoever comes after a kill knows it, too; where one reading ends it, that is not worth a transaction.
    const noted =
      certainty === 'target-done'
        ? marked
        : await mark({ event: 'learn', held: marked, attempt: learned, error })
    const finding = await lookFor(noted, learned)
    switch (finding.kind) {
      case 'there':
        return found(noted, finding.found)
      case 'absent':
        return afterNothingFound(noted)
      case 'unclear':
        tell({ kind: 'waits', held: noted, until: learned.settledAt })
        return { kind: 'waits', until: learned.settledAt }
    }
  }

  async function lookFor(marked: Held, attempt: Attempt) {
    return findingOf(attempt, fitsFree(marked), await read([marked]))
  }

  function found(held: Held, one: Found): Result<Held, Found> {
    tell({ kind: 'found', held, found: one })
    return there(held, one)
  }

  function there(held: Held, one: Found): Result<Held, Found> {
    known.push(one)
    taken.add(one.id)
    return { kind: 'there', held, found: one }
  }

  function fitsFree(held: Held): (one: Found) => boolean {
    const fits = target.fits(held)
    return (one) => fits(one) && !taken.has(one.id) && !target.isTaken(one)
  }

  async function afterNothingFound(held: Held): Promise<Result<Held, Found>> {
    const { id, attempt, attempts } = store.view(held)
    const tried = tries.get(id)
    const next = afterAbsent({ inRun: tried?.count ?? 0, inAll: attempts }, capabilities.attempts)
    switch (next) {
      case 'give-up':
        return refuse(held, target.givenUp(attempts))
      case 'leave':
        throw tried?.error ?? new StegError('indeterminate', {})
      case 'send-again': {
        tell({ kind: 'absent', held })
        return { kind: 'again', held: await mark({ event: 'unsend', held, attempt }) }
      }
    }
  }

  async function refuse(held: Held, error: StegError): Promise<Result<Held, Found>> {
    await mark({ event: 'refuse', held, error })
    tell({ kind: 'refused', held, error })
    return { kind: 'refused' }
  }

  /** What the target has in the places of these items; not asked where it makes no difference. */
  async function readBefore(): Promise<Reading<Found>> {
    const views = work.items.map((held) => store.view(held))
    const wanted = { content: views.length > 0, mark: views.some(({ attempt }) => attempt), key: false }
    return wanted[recognises] ? read(work.items) : { at: clock.now(), found: [] }
  }

  async function read(items: readonly Held[]): Promise<Reading<Found>> {
    const at = clock.now()
    return { at, found: await target.read(items) }
  }

  /** Somebody else may have found it in the target meanwhile. */
  async function saveConfirmed(confirmed: Move<Held, Found>): Promise<void> {
    try {
      await store.write([confirmed])
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
    }
  }
}
