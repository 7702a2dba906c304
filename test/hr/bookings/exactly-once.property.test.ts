import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toConnection } from '../../../functions/hr/sage/connection.ts'
import type { SageConnection } from '../../../functions/hr/sage/port.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { dice } from '../../chaos/random.ts'
import { type Fate, indeterminateFates } from '../sage-fates.ts'
import { bookingsSite, TENANT } from './site.ts'

const people = ['1_1', '1_2', '2_1'] as const
const start = Date.parse('2026-10-24T22:00:00Z')

const scenario = fc.record({
  seed: fc.nat(),
  /** Bookings in order of acceptance: who, and how long after that person's last one; nothing means the same again. */
  bookings: fc.array(
    fc.record({
      person: fc.integer({ min: 0, max: 2 }),
      minutes: fc.integer({ min: 0, max: 90 }),
      place: fc.constantFrom(undefined, 1),
      /** Somebody has made the same booking in Sage before. */
      ownTwin: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  fates: fc.array(fc.constantFrom<Fate[]>('answered', 'unreachable', ...indeterminateFates), {
    maxLength: 14,
  }),
  /** One worker each: after how many steps it is killed, and whether a second one works beside it. */
  workers: fc.array(
    fc.record({ steps: fc.integer({ min: 0, max: 60 }), beside: fc.boolean(), after: fc.boolean() }),
    { maxLength: 6 },
  ),
})

/** A worker that is killed at a step: before the step takes effect or after it, and from then on it does nothing. */
function mortal(steps: number, after: boolean, pauses: () => number) {
  let left = steps
  const killed = new Error('killed')
  async function step<T>(act: () => Promise<T>): Promise<T> {
    for (let turn = pauses(); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve))
    left -= 1
    if (left < 0 && !(left === -1 && after)) throw killed
    const result = await act()
    if (left < 0) throw killed
    return result
  }
  const store = (inner: Store): Store => ({
    get: (...call) => step(() => inner.get(...call)),
    put: (...call) => step(() => inner.put(...call)),
    delete: (...call) => step(() => inner.delete(...call)),
    query: (...call) => step(() => inner.query(...call)),
    batch: (...call) => step(() => inner.batch(...call)),
  })
  const connection = ({ agentName, profile, session }: SageConnection, now: () => number) =>
    toConnection({
      agentName,
      profile,
      session: {
        ...session,
        get: (...call) => step(() => session.get(...call)),
        postOnce: (...call) => step(() => session.postOnce(...call)),
      },
      now,
    })
  return { store, connection }
}

it('every accepted booking is in Sage exactly once and in order, whatever is killed or cut (F1)', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ seed, bookings, fates: planned, workers }) => {
      const site = bookingsSite()
      const roll = dice(seed)
      for (const person of people) await site.addPerson(person)
      const last = new Map<string, number>()
      let own = 0
      const accepted = bookings.map(({ person, minutes, place, ownTwin }, index) => {
        const externalToken = people[person] ?? '1_1'
        const at = (last.get(externalToken) ?? start) + minutes * 60_000
        last.set(externalToken, at)
        if (ownTwin) own += 1
        return {
          item: {
            id: `b${index}`,
            externalToken,
            type: 'come',
            time: new Date(at).toISOString(),
            ...(place === undefined ? {} : { placeOfWorkId: place }),
          },
          ownTwin,
        }
      })
      const berlin = new Intl.DateTimeFormat('sv-SE', {
        timeZone: 'Europe/Berlin',
        dateStyle: 'short',
        timeStyle: 'medium',
      })
      const wallOf = (time: string) => berlin.format(Date.parse(time)).replace(' ', 'T')
      for (const { item, ownTwin } of accepted) {
        if (!ownTwin) continue
        const [MdNr, AnNr] = item.externalToken.split('_').map(Number)
        site.sage.addOwn({
          MdNr,
          AnNr,
          Time: wallOf(item.time),
          Type: 'Come',
          PlaceOfWorkId: item.placeOfWorkId ?? null,
        })
      }
      site.sage.script(planned)

      // Bookings keep arriving between the workers' lives.
      const share = Math.ceil(accepted.length / (workers.length + 1))
      const arrive = async () => {
        const items = accepted.splice(0, share).map(({ item }) => item)
        if (items.length > 0) await site.service.accept(TENANT, items)
      }
      const all = accepted.map(({ item }) => item)
      const work = (steps: number, after: boolean, slowness = 1) => {
        const life = mortal(steps, after, () => roll.between(0, slowness))
        return site
          .run('export', {
            store: life.store(site.store),
            connection: life.connection(site.sage.connection, site.clock.now),
          })
          .catch(() => undefined)
      }
      for (const { steps, beside, after } of workers) {
        await arrive()
        const lives = [work(steps, after), ...(beside ? [work(roll.between(0, 200), !after, 6)] : [])]
        await Promise.all(lives)
        site.clock.advance(roll.between(0, 70_000))
      }
      while (accepted.length > 0) await arrive()
      for (let run = 0; run < 30; run++) {
        await site.run().catch(() => undefined)
        site.clock.advance(20_000)
      }
      // What was still on its way has had its time.
      site.clock.advance(10 * 60_000)
      site.sage.arrive()

      const key = (token: string, wall: string, place: number | null) => `${token} ${wall} ${place ?? '-'}`
      const inSage = site.sage.events.filter((event) => !event.own)
      const found = inSage.map((event) => key(`${event.MdNr}_${event.AnNr}`, event.Time, event.PlaceOfWorkId))
      const expected = all.map((item) =>
        key(item.externalToken, wallOf(item.time), item.placeOfWorkId ?? null),
      )
      expect([...found].sort()).toEqual([...expected].sort())

      for (const person of people) {
        const order = all
          .filter((item) => item.externalToken === person)
          .sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
          .map((item) => wallOf(item.time))
        const sent = inSage
          .filter((event) => `${event.MdNr}_${event.AnNr}` === person)
          .map((event) => event.Time)
        expect(sent).toEqual(order)
      }
      expect(new Set(Object.values(await site.states()))).toEqual(new Set(['exported']))
      expect(await site.run('import')).toMatchObject({ imported: own })
      site.close()
    }),
    { numRuns: Number(process.env.STEG_MODEL_RUNS ?? 150) },
  )
}, 120_000)
