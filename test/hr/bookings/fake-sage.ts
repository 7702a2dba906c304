import { toConnection } from '../../../functions/hr/sage/connection.ts'
import type { OnceAnswer } from '../../../functions/hr/sage/port.ts'
import { SageProfile } from '../../../functions/hr/sage/profile.ts'
import type { instantClock } from '../../clock.ts'
import { sageFates } from '../sage-fates.ts'

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

/** Sage behind a relay, in one process: strict about its contract, and unkind. */
export function fakeSage(clock: ReturnType<typeof instantClock>, overrides: object = {}) {
  const profile = SageProfile.parse(overrides)
  const events: Event[] = []
  const fates = sageFates(clock)

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
    const body = sent as Record<string, unknown>
    return fates.post(notAfter, () => ({ status: 200, value: { Id: add(body, false) } }))
  }

  async function get(_: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    fates.live()
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
  const session = { get, getText: none, ready: async () => undefined, postOnce }
  const connection = toConnection({ agentName: 'agent', session, profile, now: clock.now })

  return {
    connection,
    events,
    posts: fates.posts,
    decide: fates.decide,
    /** A booking that somebody makes in Sage itself. */
    addOwn: (body: Record<string, unknown>) => add(body, true),
    arrive: fates.arrive,
  }
}
