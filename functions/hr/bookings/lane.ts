import { type Clock, toIso } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { wallTime } from '../../../shared/wall-time.ts'
import type { RunContext } from '../run-context.ts'
import type { SageSession } from '../sage/session.ts'
import type { Book, Change, Held } from './book.ts'
import { recordOf } from './intake.ts'
import type { SageEvent } from './rules/content.ts'
import { type Doubt, findingOf, MAX_ATTEMPTS, newAttempt, settledAt } from './rules/doubt.ts'
import { outcomeOf, outcomeOfFailure } from './rules/outcome.ts'
import type { SageTimeEvents } from './sage-time-events.ts'

export interface LaneParts {
  readonly book: Book
  readonly events: SageTimeEvents
  readonly session: Pick<SageSession, 'ready'>
  readonly timeZone: string
  /** Milliseconds for which Sage may still work on a request whose connection is gone. */
  readonly settleMs: number
  readonly clock: Clock
  /** Looked at between two bookings; a booking that was begun is seen through. */
  readonly signal: AbortSignal
  readonly log: RunContext['log']
  readonly count: (what: 'exported' | 'refused') => void
}

/** What is to be done for one person. */
export interface PersonWork {
  readonly externalToken: string
  /** Taken up by a worker before. */
  readonly sending: Held | undefined
  /** In the order in which they are sent. */
  readonly pending: readonly Held[]
}

export type LaneEnd =
  | { readonly kind: 'done' }
  /** Nothing more of this person before then (milliseconds since the epoch). */
  | { readonly kind: 'held'; readonly until: number }

type Result =
  | { readonly kind: 'confirmed'; readonly change: Change; readonly event: SageEvent }
  | { readonly kind: 'settled' }
  | { readonly kind: 'again'; readonly held: Held }
  | { readonly kind: 'held'; readonly until: number }

/** How long a person is left alone whose bookings somebody else is changing. */
const LEAVE_MS = 2_000

/**
 * Exports one person's bookings one after the other. Each is marked durably before its request leaves; whatever happens
 * afterwards, the mark holds the person until it is certain whether Sage has the booking.
 * @throws StegError when nothing more can be sent at all; every mark is left as it is then, or taken back where it is
 *   certain that nothing was sent
 */
export async function exportPerson(parts: LaneParts, work: PersonWork): Promise<LaneEnd> {
  const { book, events, clock, log } = parts
  const { externalToken } = work
  /** Written together with the next mark, so that a booking costs one transaction. */
  let unsaved: Change | undefined
  try {
    return await inOrder()
  } catch (error) {
    if (!isStegError(error, 'store-conflict')) throw error
    return { kind: 'held', until: clock.now() + LEAVE_MS }
  } finally {
    if (unsaved !== undefined) await saveConfirmed(unsaved)
  }

  async function inOrder(): Promise<LaneEnd> {
    const queue = [...work.pending]
    if (work.sending !== undefined) {
      const { sending } = work
      const result: Result =
        sending.booking.attempt === undefined ? { kind: 'again', held: sending } : await look(sending)
      if (result.kind === 'held') return result
      if (result.kind === 'again') queue.unshift(result.held)
      if (result.kind === 'confirmed') await book.change([result.change])
    }
    const before = queue.length === 0 ? [] : [...(await eventsBefore(queue))]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      parts.signal.throwIfAborted()
      await parts.session.ready()
      const result = await send(await mark(next, before))
      if (result.kind === 'held') return result
      if (result.kind === 'again') queue.unshift(result.held)
      if (result.kind === 'confirmed') {
        unsaved = result.change
        before.push(result.event)
      }
    }
    return { kind: 'done' }
  }

  /** What Sage has of this person in the time of these bookings, whoever made it. */
  function eventsBefore(queue: readonly Held[]): Promise<readonly SageEvent[]> {
    const walls = queue.map(({ booking }) => wallTime(booking.at, parts.timeZone)).sort()
    return events.read(externalToken, walls[0] ?? '', walls.at(-1) ?? '')
  }

  /** @throws StegError `store-conflict` when somebody else has this booking now */
  async function mark(held: Held, before: readonly SageEvent[]): Promise<Held> {
    const { type, placeOfWorkId, additionalInputId, at, attempts } = held.booking
    const entry = { wall: wallTime(at, parts.timeZone), type, placeOfWorkId, additionalInputId }
    const { seen, ...attempt } = newAttempt(entry, before, clock.now(), parts.settleMs)
    const fields = { attempt: { ...attempt, seen: [...seen] }, attempts: attempts + 1 }
    const sent: Change = { from: held, event: 'send', fields }
    const changes = unsaved === undefined ? [sent] : [unsaved, sent]
    const changed = await book.change(changes)
    unsaved = undefined
    const marked = changed.at(-1)
    if (marked === undefined) throw new Error('a change brought no row')
    return marked
  }

  async function send(marked: Held): Promise<Result> {
    const { attempt, id } = marked.booking
    if (attempt === undefined) throw new Error(`the booking ${id} was marked without an attempt`)
    let answer: Awaited<ReturnType<SageTimeEvents['add']>>
    try {
      answer = await events.add(externalToken, attempt, attempt.deadline)
    } catch (error) {
      return afterFailure(marked, error)
    }
    const outcome = outcomeOf(answer)
    switch (outcome.kind) {
      case 'accepted':
        parts.count('exported')
        return confirmed(marked, { ...attempt, id: outcome.id })
      case 'refused':
        return refuse(
          marked,
          new StegError('booking-refused', { status: answer.status, reason: outcome.reason }),
        )
      case 'blocked':
        await unsend(marked)
        throw new StegError('sage-refused', { path: events.path, status: answer.status })
      case 'doubt':
        return doubt(marked, outcome.doubt, `HTTP ${answer.status}`)
    }
  }

  async function afterFailure(marked: Held, error: unknown): Promise<Result> {
    if (!isStegError(error)) throw error
    const known = outcomeOfFailure(error.code)
    if (known !== 'not-sent') return doubt(marked, known, error.message)
    await unsend(marked)
    throw error
  }

  async function doubt(marked: Held, learned: Doubt, reason: string): Promise<Result> {
    const { booking } = marked
    log('warning', 'booking-doubtful', { booking: booking.id, token: externalToken, reason })
    if (booking.attempt === undefined) return { kind: 'settled' }
    const { attempt } = booking
    const settled = settledAt(attempt, learned, clock.now(), parts.settleMs)
    const known = { ...attempt, settledAt: settled }
    if (learned === 'sage-done') return look({ ...marked, booking: { ...booking, attempt: known } })
    const error = recordOf(new StegError('booking-doubtful', { reason }))
    const [noted] = await book.change([{ from: marked, event: 'doubt', fields: { attempt: known, error } }])
    return noted === undefined ? { kind: 'settled' } : look(noted)
  }

  /** Reads back what became of a request. */
  async function look(marked: Held): Promise<Result> {
    const { attempt, id } = marked.booking
    if (attempt === undefined) throw new Error(`the booking ${id} is being sent without an attempt`)
    const readAt = clock.now()
    const finding = findingOf(attempt, await events.read(externalToken, attempt.wall, attempt.wall), readAt)
    switch (finding.kind) {
      case 'there':
        log('info', 'booking-found', { booking: id, token: externalToken })
        parts.count('exported')
        return confirmed(marked, finding.event)
      case 'absent':
        log('info', 'booking-absent', { booking: id, token: externalToken })
        if (marked.booking.attempts >= MAX_ATTEMPTS) {
          return refuse(marked, new StegError('booking-given-up', { attempts: marked.booking.attempts }))
        }
        return { kind: 'again', held: await unsend(marked) }
      case 'unclear': {
        const until = attempt.settledAt
        log('info', 'booking-held', { booking: id, token: externalToken, until: toIso(until) })
        return { kind: 'held', until }
      }
    }
  }

  function confirmed(marked: Held, event: SageEvent): Result {
    const fields = { attempt: undefined, error: undefined, wall: event.wall, sageId: event.id }
    return { kind: 'confirmed', change: { from: marked, event: 'confirm', fields }, event }
  }

  async function refuse(marked: Held, error: StegError): Promise<Result> {
    const { id } = marked.booking
    await book.change([
      { from: marked, event: 'refuse', fields: { attempt: undefined, error: recordOf(error) } },
    ])
    parts.count('refused')
    log('warning', 'booking-failed', { booking: id, token: externalToken, reason: error.message })
    return { kind: 'settled' }
  }

  async function unsend(marked: Held): Promise<Held> {
    const fields = { attempt: undefined, error: undefined }
    const [held] = await book.change([{ from: marked, event: 'unsend', fields }])
    if (held === undefined) throw new Error('a change brought no row')
    return held
  }

  /** Somebody else may have found it in Sage meanwhile. */
  async function saveConfirmed(change: Change): Promise<void> {
    try {
      await book.change([change])
    } catch (error) {
      if (!isStegError(error, 'store-conflict')) throw error
    }
  }
}
