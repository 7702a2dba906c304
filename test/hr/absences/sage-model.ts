import type { SageSession } from '../../../functions/hr/sage/session.ts'
import { StegError } from '../../../shared/errors/error.ts'
import type { instantClock } from '../../clock.ts'
import { pageOf } from '../job-site.ts'

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

/** What happens to one request on its way. */
export const sendFaults = [
  'none',
  'lost-before',
  'lost-after-commit',
  'busy',
  'busy-after-commit',
  'page-after-commit',
  'redirect-after-commit',
  'no-answer',
  'no-answer-after-commit',
  /** Sage commits long after the deadline: just before the next request, or after it. */
  'commit-late',
  'commit-very-late',
  'signed-out',
  'unreachable',
  'crash-before',
  'crash-after-commit',
] as const
export type SendFault = (typeof sendFaults)[number]

/** The end of the hub's process: nothing after it happens. */
export class Crash extends Error {}

/** Absences as Sage keeps them, with its refusal of overlaps, and a session that fails as scripted. */
export function sageModel(clock: ReturnType<typeof instantClock>) {
  const absences: Stored[] = []
  let faults: SendFault[] = []
  let late: { body: Body; posts: number }[] = []
  let crashed = false
  let posts = 0
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

  function live(): void {
    if (crashed) throw new Crash('the process is gone')
  }

  function passTime(): void {
    for (const one of late) one.posts -= 1
    const due = late.filter(({ posts }) => posts <= 0)
    late = late.filter(({ posts }) => posts > 0)
    for (const { body } of due) commit(body)
  }

  const html = (status: number) => ({ status, html: true, value: undefined })
  const broken = () => new StegError('response-broken', { url: 'x', reason: 'cut' })

  const unanswered = (notAfter: number) => {
    clock.advance(notAfter - clock.now())
    return new StegError('deadline-exceeded', { target: 'sage', seconds: 20 })
  }

  const session: Partial<SageSession> = {
    async get(_, query = {}) {
      live()
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
      live()
    },
    async postOnce(_, sent, notAfter) {
      live()
      passTime()
      const body = sent as Body
      if (clock.now() >= notAfter) throw new StegError('deadline-exceeded', { target: 'sage', seconds: 0 })
      posts += 1
      if (troubled.get(body.AnNr) === 'always-busy') return html(500)
      const fault = faults.shift() ?? 'none'
      const answer = () => ({ html: false, ...commit(body) })
      switch (fault) {
        case 'none':
          return answer()
        case 'lost-before':
          throw broken()
        case 'lost-after-commit':
          commit(body)
          throw broken()
        case 'busy':
          return html(503)
        case 'busy-after-commit':
          commit(body)
          return html(503)
        case 'page-after-commit':
          commit(body)
          return html(200)
        case 'redirect-after-commit':
          commit(body)
          return html(302)
        case 'no-answer-after-commit':
          commit(body)
          throw unanswered(notAfter)
        case 'no-answer':
          throw unanswered(notAfter)
        case 'commit-late':
        case 'commit-very-late':
          late.push({ body, posts: fault === 'commit-late' ? 1 : 2 })
          throw unanswered(notAfter)
        case 'signed-out':
          return { status: 401, html: false, value: undefined }
        case 'unreachable':
          throw new StegError('target-unreachable', { url: 'x', reason: 'refused' })
        case 'crash-before':
          crashed = true
          throw new Crash('before')
        case 'crash-after-commit':
          commit(body)
          crashed = true
          throw new Crash('after')
      }
    },
  }

  return {
    session,
    absences,
    troubled,
    counts: () => ({ posts, reads }),
    crashed: () => crashed,
    crash() {
      crashed = true
    },
    restart() {
      crashed = false
      // Whatever the server was still at has come to its end before anybody starts a process again.
      for (const { body } of late) commit(body)
      late = []
    },
    script(next: readonly SendFault[]) {
      faults = [...next]
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
