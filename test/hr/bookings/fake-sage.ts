import { SageProfile } from '../../../functions/hr/sage/profile.ts'
import type { SageConnection } from '../../../functions/hr/sage/service.ts'
import type { OnceAnswer } from '../../../functions/hr/sage/session.ts'
import type { Clock } from '../../../shared/clock.ts'
import { StegError } from '../../../shared/errors/error.ts'

export interface Event {
  readonly Id: number
  readonly MdNr: number
  readonly AnNr: number
  readonly Time: string
  readonly Type: string
  readonly PlaceOfWorkId: number | null
  readonly AdditionalInputId: number | null
  readonly own: boolean
}

/** What happens to one request. */
export const fates = [
  'answered',
  // Stored, and nobody learns it.
  'cut-after',
  'indeterminate-after',
  'html-after',
  'redirect-after',
  'no-id-after',
  // Not stored, and nobody learns it.
  'cut-before',
  'indeterminate-before',
  'unavailable',
  'signed-out',
  // The answer never comes; stored when almost nobody expects it any more.
  'late',
  'late-in-sage',
  'lost',
  'refused',
  'unreachable',
] as const
export type Fate = (typeof fates)[number]

const SETTLE_MS = 30_000

/** Sage behind a relay, in one process: strict about its contract, and unkind. */
export function fakeSage(clock: Clock, overrides: object = {}) {
  const profile = SageProfile.parse(overrides)
  const events: Event[] = []
  let coming: { at: number; commit(): void }[] = []
  let fateOf: () => Fate = () => 'answered'
  let posts = 0

  function arrive(): void {
    const due = coming.filter(({ at }) => at <= clock.now())
    coming = coming.filter(({ at }) => at > clock.now())
    for (const { commit } of due.sort((a, b) => a.at - b.at)) commit()
  }

  function add(body: Record<string, unknown>, own: boolean): number {
    const Id = events.length + 1
    events.push({
      Id,
      MdNr: Number(body.MdNr),
      AnNr: Number(body.AnNr),
      Time: String(body.Time),
      Type: String(body.Type),
      PlaceOfWorkId: (body.PlaceOfWorkId as number | undefined) ?? null,
      AdditionalInputId: (body.AdditionalInputId as number | undefined) ?? null,
      own,
    })
    return Id
  }

  async function postOnce(_: string, sent: unknown, notAfter: number): Promise<OnceAnswer> {
    arrive()
    posts += 1
    const body = sent as Record<string, unknown>
    // As the agent: what comes too late is not executed.
    if (clock.now() > notAfter) throw new StegError('deadline-exceeded', { target: 'sage', seconds: 20 })
    const commit = () => add(body, false)
    const json = (status: number, value: unknown) => ({ status, html: false, value })
    const broken = new StegError('response-broken', { url: 'http://sage', reason: 'reset' })
    const late = new StegError('deadline-exceeded', { target: 'sage', seconds: 20 })
    switch (fateOf()) {
      case 'answered':
        return json(200, { Id: commit() })
      case 'cut-after':
        commit()
        throw broken
      case 'indeterminate-after':
        commit()
        throw new StegError('indeterminate', {})
      case 'html-after':
        commit()
        return { status: 200, html: true, value: undefined }
      case 'redirect-after':
        commit()
        return { status: 302, html: true, value: undefined }
      case 'no-id-after':
        commit()
        return json(200, true)
      case 'cut-before':
        throw broken
      case 'indeterminate-before':
        throw new StegError('indeterminate', {})
      case 'unavailable':
        return { status: 503, html: true, value: undefined }
      case 'signed-out':
        return json(401, undefined)
      case 'late':
        coming.push({ at: notAfter + SETTLE_MS, commit })
        throw late
      case 'late-in-sage':
        coming.push({ at: clock.now() + SETTLE_MS, commit })
        throw broken
      case 'lost':
        throw late
      case 'refused':
        return json(400, { Message: 'Time lies more than a day in the future.' })
      case 'unreachable':
        throw new StegError('target-unreachable', { url: 'http://sage', reason: 'refused' })
    }
  }

  async function get(_: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    arrive()
    const found = events
      .filter(
        (event) =>
          event.MdNr === Number(query.MdNr) &&
          event.AnNr === Number(query.AnNr) &&
          event.Time >= (query.from ?? '') &&
          event.Time <= (query.to ?? ''),
      )
      .map(({ own, ...event }) => ({ ...event, Source: own ? 'Terminal' : 'Api' }))
    const skip = Number(query['options[Skip]'])
    return { Results: found.slice(skip, skip + Number(query['options[Take]'])), Total: found.length }
  }

  const none = async (): Promise<never> => {
    throw new Error('not part of this test')
  }
  const connection: SageConnection = {
    agentName: 'agent',
    session: { get, getText: none, ready: async () => undefined, postOnce },
    profile,
    people: none,
    clock: none,
    databases: none,
  } as unknown as SageConnection

  return {
    connection,
    events,
    posts: () => posts,
    decide(next: () => Fate) {
      fateOf = next
    },
    /** A booking that somebody makes in Sage itself. */
    addOwn: (body: Record<string, unknown>) => add(body, true),
    arrive,
  }
}
