import { toConnection } from '../../functions/hr/sage/connection.ts'
import type { OnceAnswer, SageConnection, SageSession } from '../../functions/hr/sage/port.ts'
import { SageProfile } from '../../functions/hr/sage/profile.ts'
import { StegError } from '../../shared/errors/error.ts'
import type { instantClock } from '../clock.ts'
import { pageOf } from './job-site.ts'
import { type Fate, sageFates } from './sage-fates.ts'

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

interface Absence {
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

type Body = Readonly<Record<string, unknown>>
type Query = Readonly<Record<string, string>>
type Committed = { readonly status: number; readonly value: unknown }

/**
 * Sage behind a relay, in one process: time events and absences, strict about its contract, and unkind as the test
 * decides.
 */
export function sageDouble(clock: ReturnType<typeof instantClock>, overrides: object = {}) {
  const profile = SageProfile.parse(overrides)
  const events: Event[] = []
  const absences: Absence[] = []
  const fates = sageFates(clock)
  /** Employees with whom something is wrong for good, and how. */
  const troubled = new Map<number, 'unknown' | 'always-busy'>()
  let reads = 0

  function addEvent(body: Body, own: boolean): Committed {
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
    return { status: 200, value: { Id } }
  }

  /** Sage refuses an absence that overlaps another one. */
  function addAbsence(sent: Body): Committed {
    const body = sent as Omit<Absence, 'Id' | 'State'>
    const clash = absences.some(
      (one) =>
        one.State !== 'Rejected' &&
        isOf(one, body) &&
        one.From.slice(0, 10) <= body.To.slice(0, 10) &&
        one.To.slice(0, 10) >= body.From.slice(0, 10),
    )
    if (clash) return { status: 409, value: { Message: 'The absence overlaps another one.' } }
    const Id = absences.length + 1
    absences.push({ ...body, Id, State: 'Requested' })
    return { status: 200, value: { Id } }
  }

  /** By path: what is listed of a person between two local times, and how one more comes to it. */
  const lists: Readonly<
    Record<string, { list(query: Query): readonly unknown[]; add(body: Body): Committed }>
  > = {
    [profile.timeEvents.path]: {
      list: ({ from = '', to = '', ...person }) =>
        events
          .filter((event) => isOf(event, person) && event.Time >= from && event.Time <= to)
          .map(({ own, ...event }) => ({ ...event, Source: own ? 'Terminal' : 'Api' })),
      add: (body) => addEvent(body, false),
    },
    [profile.absences.path]: {
      list: ({ from = '', to = '', ...person }) =>
        absences.filter((one) => isOf(one, person) && one.From <= to && one.To >= from),
      add: addAbsence,
    },
  }

  function listAt(path: string) {
    const list = lists[path]
    if (list === undefined) throw new Error(`no test expects a call of ${path}`)
    return list
  }

  const session: SageSession = {
    async get(path, query = {}) {
      fates.live()
      reads += 1
      if (troubled.get(Number(query.AnNr)) === 'unknown') {
        throw new StegError('sage-refused', { path, status: 404 })
      }
      return pageOf(listAt(path).list(query), query)
    },
    async ready() {
      fates.live()
    },
    async postOnce(path, sent, notAfter): Promise<OnceAnswer> {
      const body = sent as Body
      const fixed = troubled.get(Number(body.AnNr)) === 'always-busy' ? 'unavailable' : undefined
      return fates.post(notAfter, () => listAt(path).add(body), fixed)
    },
    getText: () => Promise.reject(new Error('no test expects a text to be read')),
  }
  const connection: SageConnection = toConnection({ agentName: 'agent', session, profile, now: clock.now })

  return {
    session,
    connection,
    events,
    absences,
    troubled,
    counts: () => ({ posts: fates.posts(), reads }),
    arrive: fates.arrive,
    crashed: fates.crashed,
    crash: fates.crash,
    restart: fates.restart,
    /** What happens to each request. */
    decide: fates.decide,
    /** What happens to the next requests; those that follow are answered. */
    script(next: readonly Fate[]) {
      const left = [...next]
      fates.decide(() => left.shift() ?? 'answered')
    },
    /** A booking that somebody makes in Sage itself. */
    addOwn: (body: Body) => void addEvent(body, true),
    /** What somebody decides about one of the open absences. */
    decideAbsence(index: number, state: 'Approved' | 'Rejected') {
      const open = absences.filter(({ State }) => State === 'Requested')
      const chosen = open[index % Math.max(1, open.length)]
      if (chosen !== undefined) chosen.State = state
    },
    removeAbsence(id: number) {
      const at = absences.findIndex(({ Id }) => Id === id)
      if (at >= 0) absences.splice(at, 1)
    },
  }
}

function isOf(row: { readonly MdNr: number; readonly AnNr: number }, person: Body): boolean {
  return row.MdNr === Number(person.MdNr) && row.AnNr === Number(person.AnNr)
}
