import type { SageSession } from '../../../functions/hr/sage/port.ts'
import { StegError } from '../../../shared/errors/error.ts'
import type { instantClock } from '../../clock.ts'
import { pageOf } from '../job-site.ts'
import { type Fate, sageFates } from '../sage-fates.ts'

interface Stored {
  readonly Id: number
  readonly MdNr: number
  readonly AnNr: number
  readonly ReasonId: number
  readonly From: string
  readonly To: string
  readonly HalfDay: boolean
  readonly Comment: string
  State: 'Requested' | 'Approved' | 'Rejected'
}
type Body = Omit<Stored, 'Id' | 'State'>

/** Absences as Sage keeps them, with its refusal of overlaps, and a session that fails as scripted. */
export function sageModel(clock: ReturnType<typeof instantClock>) {
  const absences: Stored[] = []
  const fates = sageFates(clock)
  /** Employees with whom something is wrong for good, and how. */
  const troubled = new Map<number, 'unknown' | 'always-busy'>()
  let reads = 0

  function commit(body: Body): { status: number; value: unknown } {
    const clash = absences.some(
      (one) =>
        one.State !== 'Rejected' &&
        one.MdNr === body.MdNr &&
        one.AnNr === body.AnNr &&
        one.From.slice(0, 10) <= body.To.slice(0, 10) &&
        one.To.slice(0, 10) >= body.From.slice(0, 10),
    )
    if (clash) return { status: 409, value: { Message: 'The absence overlaps another one.' } }
    const Id = absences.length + 1
    absences.push({ ...body, Id, State: 'Requested' })
    return { status: 200, value: { Id } }
  }

  const session: Partial<SageSession> = {
    async get(_, query = {}) {
      fates.live()
      reads += 1
      if (troubled.get(Number(query.AnNr)) === 'unknown') {
        throw new StegError('sage-refused', { path: 'Time/Absences', status: 404 })
      }
      const rows = absences.filter(
        (one) =>
          String(one.MdNr) === query.MdNr &&
          String(one.AnNr) === query.AnNr &&
          one.From <= String(query.to) &&
          one.To >= String(query.from),
      )
      return pageOf(rows, query)
    },
    async ready() {
      fates.live()
    },
    async postOnce(_, sent, notAfter) {
      const body = sent as Body
      const fixed = troubled.get(body.AnNr) === 'always-busy' ? 'unavailable' : undefined
      return fates.post(notAfter, () => commit(body), fixed)
    },
  }

  return {
    session,
    absences,
    troubled,
    counts: () => ({ posts: fates.posts(), reads }),
    crashed: fates.crashed,
    crash: fates.crash,
    restart: fates.restart,
    /** What happens to the next requests; those that follow are answered. */
    script(next: readonly Fate[]) {
      const left = [...next]
      fates.decide(() => left.shift() ?? 'answered')
    },
    decide(index: number, state: 'Approved' | 'Rejected') {
      const open = absences.filter(({ State }) => State === 'Requested')
      const chosen = open[index % Math.max(1, open.length)]
      if (chosen !== undefined) chosen.State = state
    },
    remove(id: number) {
      const at = absences.findIndex(({ Id }) => Id === id)
      if (at >= 0) absences.splice(at, 1)
    },
  }
}
