import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shownStates } from '../../../functions/hr/absences/rules/state.ts'
import { isStegError } from '../../../shared/errors/error.ts'
import { runOnce, TENANT } from '../job-site.ts'
import { Crash, deadlyFates, type Fate, indeterminateFates, overdueFates } from '../sage-fates.ts'
import { absencesSite, leave } from './site.ts'

const fates: Fate[] = ['answered', 'unreachable', ...indeterminateFates, ...deadlyFates, ...overdueFates]

type Command =
  | { readonly kind: 'submit'; readonly person: number; readonly day: number; readonly days: number }
  | {
      readonly kind: 'run'
      readonly faults: readonly Fate[]
      readonly batches: number | undefined
      readonly afterWrite: boolean
      /** Another worker takes the run for dead and begins it, too. */
      readonly beside: boolean
    }
  | { readonly kind: 'decide'; readonly index: number; readonly state: 'Approved' | 'Rejected' }

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      person: fc.integer({ min: 1, max: 2 }),
      day: fc.integer({ min: 1, max: 12 }),
      days: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      faults: fc.array(fc.constantFrom(...fates), { maxLength: 5 }),
      batches: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
      afterWrite: fc.boolean(),
      beside: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      index: fc.nat({ max: 5 }),
      state: fc.constantFrom('Approved' as const, 'Rejected' as const),
    }),
  },
)
const killed = (batches: number, afterWrite: boolean): Command => ({
  kind: 'run',
  faults: [],
  batches,
  afterWrite,
  beside: false,
})
const twin: Command = { kind: 'submit', person: 1, day: 12, days: 0 }
/** Two that say the same, of which the second was once taken for the first. */
const lookAlikes: Command[] = [
  twin,
  twin,
  killed(0, true),
  killed(2, false),
  { kind: 'decide', index: 0, state: 'Approved' },
  killed(0, true),
  killed(1, true),
]
const day = (number: number) => `2026-12-${String(number).padStart(2, '0')}`

describe('export of requests for leave (A7)', () => {
  it('brings each to Sage exactly once, whatever is lost or killed on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 14 }), async (commands) => {
        const site = absencesSite()
        const work = async () => {
          try {
            await runOnce(site.job())
          } catch (error) {
            if (!(error instanceof Crash) && !isStegError(error)) throw error
          }
        }
        const run = async (workers = 1) => {
          await Promise.all(Array.from({ length: workers }, work))
          site.restart()
        }
        try {
          let number = 0
          for (const one of commands) {
            if (one.kind === 'submit') {
              const [from, to] = [day(one.day), day(one.day + one.days)]
              const item = leave(`r${++number}`, { externalToken: `1_${one.person}`, from, to })
              await site.service.accept(TENANT, [item])
            } else if (one.kind === 'decide') site.model.decideAbsence(one.index, one.state)
            else {
              site.model.script(one.faults)
              site.crashAtBatch(one.batches ?? Number.POSITIVE_INFINITY, one.afterWrite)
              await run(one.beside ? 2 : 1)
            }
            site.clock.advance(1000)
          }
          site.model.script([])
          await run()
          await run()

          const { requests } = await site.service.list(TENANT, { limit: 100 })
          expect(requests).toHaveLength(number)
          expect(requests.filter(({ state }) => state === 'pending' || state === 'sending')).toEqual([])
          // Found by person and by state as by id, in whatever state they were left on the way.
          const listed = async (query: object) =>
            (await site.service.list(TENANT, { limit: 100, ...query })).requests
          const people = [...new Set(requests.map(({ personId }) => personId))]
          const ofPeople = (await Promise.all(people.map((personId) => listed({ personId })))).flat()
          const ofStates = (await Promise.all(shownStates.map((state) => listed({ state })))).flat()
          for (const list of [ofPeople, ofStates]) {
            expect(list.toSorted((x, y) => (x.id < y.id ? -1 : 1))).toEqual(requests)
          }
          const inSage = requests.filter(({ sageId }) => sageId !== undefined)
          expect(new Set(inSage.map(({ sageId }) => sageId)).size).toBe(inSage.length)
          expect(site.model.absences).toHaveLength(inSage.length)
          for (const request of inSage) {
            const absence = site.model.absences.find(({ Id }) => String(Id) === request.sageId)
            expect(absence).toMatchObject({
              AnNr: request.employeeNumber,
              From: `${request.from}T00:00:00`,
              To: `${request.to}T00:00:00`,
              State: `${request.state[0]?.toUpperCase()}${request.state.slice(1)}`,
            })
          }
          for (const { state, error } of requests.filter(({ sageId }) => sageId === undefined)) {
            expect([state, error?.code]).toEqual(['refused', 'absence-refused'])
          }
        } finally {
          site.close()
        }
      }),
      { numRuns: Number(process.env.STEG_MODEL_RUNS ?? 300), examples: [[lookAlikes]] },
    )
  })
})
