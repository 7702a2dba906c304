import type { OnceAnswer } from '../../functions/hr/sage/port.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { instantClock } from '../clock.ts'

/** What happens to one request of which nobody can tell from the answer. */
export const indeterminateFates = [
  // Sage has it, and nobody learns it.
  'cut-after',
  'indeterminate-after',
  'lost-after',
  'html-after',
  'redirect-after',
  'no-id-after',
  'unavailable-after',
  'gateway-after',
  // Sage does not have it, and nobody learns it.
  'cut-before',
  'indeterminate-before',
  'lost',
  'unavailable',
  'signed-out',
  // The answer never comes; Sage has it when almost nobody expects it any more.
  'late',
  'late-in-sage',
] as const
export const clearFates = ['answered', 'refused', 'unreachable'] as const
/** The hub's process ends with it. */
export const deadlyFates = ['crash-before', 'crash-after'] as const
/** Longer than Sage is supposed to take: just before the next request to it, or after that. */
export const overdueFates = ['commit-late', 'commit-very-late'] as const
export type Fate =
  | (typeof indeterminateFates)[number]
  | (typeof clearFates)[number]
  | (typeof deadlyFates)[number]
  | (typeof overdueFates)[number]

/** The end of the hub's process: nothing after it happens. */
export class Crash extends Error {}

const SETTLE_MS = 30_000

/** The way to Sage and back in one process: unkind in every way that is known, and able to end the process. */
export function sageFates(clock: ReturnType<typeof instantClock>) {
  let coming: { readonly at: number; readonly commit: () => void }[] = []
  let overdue: { posts: number; readonly commit: () => void }[] = []
  let fateOf: () => Fate = () => 'answered'
  let posts = 0
  let crashed = false

  /** What is still on its way gets there when its time has come. */
  function arrive(): void {
    const due = coming.filter(({ at }) => at <= clock.now())
    coming = coming.filter(({ at }) => at > clock.now())
    for (const { commit } of due.sort((a, b) => a.at - b.at)) commit()
  }

  function arriveOverdue(): void {
    for (const one of overdue) one.posts -= 1
    const due = overdue.filter((one) => one.posts <= 0)
    overdue = overdue.filter((one) => one.posts > 0)
    for (const { commit } of due) commit()
  }

  function live(): void {
    if (crashed) throw new Crash('the process is gone')
    arrive()
  }

  function post(
    notAfter: number,
    commit: () => { status: number; value: unknown },
    fixed?: Fate,
  ): OnceAnswer {
    live()
    arriveOverdue()
    // As the agent: what comes too late is not executed.
    if (clock.now() > notAfter) throw new StegError('deadline-exceeded', { target: 'sage', seconds: 0 })
    posts += 1
    const fate = fixed ?? fateOf()
    // Also when Sage refuses it: then nobody learns that.
    if (fate.endsWith('-after')) commit()
    switch (fate) {
      case 'answered':
        return { html: false, ...commit() }
      case 'refused':
        return { status: 400, html: false, value: { Message: 'Time lies more than a day in the future.' } }
      case 'unreachable':
        throw new StegError('target-unreachable', { url: 'http://sage', reason: 'refused' })
      case 'cut-after':
      case 'cut-before':
        throw broken()
      case 'indeterminate-after':
      case 'indeterminate-before':
        throw new StegError('indeterminate', {})
      case 'lost-after':
      case 'lost':
        throw unanswered()
      case 'html-after':
        return page(200)
      case 'redirect-after':
        return page(302)
      case 'no-id-after':
        return { status: 200, html: false, value: true }
      case 'unavailable-after':
      case 'unavailable':
        return page(503)
      case 'gateway-after':
        return page(502)
      case 'signed-out':
        return { status: 401, html: false, value: undefined }
      case 'late':
        coming.push({ at: notAfter + SETTLE_MS, commit })
        throw unanswered()
      case 'late-in-sage':
        coming.push({ at: clock.now() + SETTLE_MS, commit })
        throw broken()
      case 'commit-late':
      case 'commit-very-late':
        overdue.push({ posts: fate === 'commit-late' ? 1 : 2, commit })
        clock.advance(notAfter - clock.now())
        throw unanswered()
      case 'crash-before':
      case 'crash-after':
        crashed = true
        throw new Crash(fate)
    }
  }

  return {
    post,
    /** To be called by everything else that is asked of Sage. */
    live,
    arrive,
    posts: () => posts,
    crashed: () => crashed,
    decide(next: () => Fate) {
      fateOf = next
    },
    crash() {
      crashed = true
    },
    /** A new process: whatever the server was still at has come to its end before. */
    restart() {
      crashed = false
      for (const { commit } of [...coming, ...overdue]) commit()
      coming = []
      overdue = []
    },
  }
}

const page = (status: number): OnceAnswer => ({ status, html: true, value: undefined })
const broken = () => new StegError('response-broken', { url: 'http://sage', reason: 'cut' })
const unanswered = () => new StegError('deadline-exceeded', { target: 'sage', seconds: 20 })
