import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Attempt, type SignInOutcome, TURN_MS } from '../../functions/credentials/attempts.ts'
import { applyEvent, type Standing, usable } from '../../functions/credentials/rules/state.ts'
import { isStegError } from '../../shared/errors/error.ts'
import { type Death, dyingStore } from '../jobs/failing-store.ts'
import { credentialsSite, MAILBOX } from './site.ts'

const password = { secrets: { password: 'Kran zwölf' } }

type Step =
  | { readonly kind: 'try'; readonly hub: number; readonly outcome: Extract<SignInOutcome, string> }
  | { readonly kind: 'restart'; readonly hub: number; readonly diesAt: number; readonly death: Death }
  | { readonly kind: 'change' | 'unlock' }

const hub = fc.nat({ max: 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('try' as const),
      hub,
      outcome: fc.constantFrom(
        'refused' as const,
        'refused' as const,
        'unavailable' as const,
        'signed-in' as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      hub,
      diesAt: fc.integer({ min: 1, max: 8 }),
      death: fc.constantFrom<Death>('before', 'after'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('change' as const, 'unlock' as const) }) },
)

async function play(limit: number, steps: readonly Step[]): Promise<void> {
  const site = credentialsSite()
  const living = site.hub()
  await living.set(MAILBOX, { ...password, refusalLimit: limit })
  const hubs = [site.hub(), site.hub()]
  let model: Standing = { state: 'ok', enabled: true, refusals: [], limit }
  let told = 0

  function happen(event: Parameters<typeof applyEvent>[1], attempt?: string): void {
    const { standing, tell } = applyEvent(model, event, attempt)
    model = standing
    if (tell) told += 1
  }

  /** @returns undefined when the process died; then nobody has tried anything. */
  async function open(at: number): Promise<Attempt | undefined> {
    try {
      return await (hubs[at] ?? living).open(MAILBOX)
    } catch (error) {
      if (error instanceof Error && error.message === 'killed') return undefined
      if (!isStegError(error)) throw error
      expect(error.code).toBe(usable[model.state] ? 'credentials-busy' : 'credentials-locked')
      if (error.code === 'credentials-busy') await site.clock.advance(TURN_MS + 1)
      return undefined
    }
  }

  for (const one of steps) {
    if (one.kind === 'restart') {
      hubs[one.hub] = site.hub({ store: dyingStore(site.counted.store, one.diesAt, one.death).store })
    } else if (one.kind === 'try') {
      const attempt = await open(one.hub)
      if (attempt === undefined) continue
      const report = (by: typeof living) => by.report(attempt, one.outcome)
      await report(hubs[one.hub] ?? living).catch((error) =>
        // Whether it was written is not known: somebody reports it again.
        error.message === 'killed' ? report(living) : Promise.reject(error),
      )
      if (one.outcome !== 'unavailable') happen(one.outcome, attempt.id)
    } else if (one.kind === 'change') {
      await living.set(MAILBOX, password)
      happen('changed')
    } else {
      await living.unlock(MAILBOX)
      happen('unlocked')
    }
    const row = await site.row()
    expect({ state: row?.state, refusals: row?.refusals }).toEqual({
      state: model.state,
      refusals: model.refusals,
    })
  }
  const given = new Set(site.notices.map(({ id }) => id)).size
  // A stop that was over before anybody told it is told no more.
  expect(given).toBeLessThanOrEqual(told)
  await site.clock.advance(600_000)
  await living.tend()
  if (model.state === 'locked') expect(site.notices.at(-1)?.state).toBe('locked')
}

it('refusals are counted exactly over any history of two hubs that die anywhere', async () => {
  const history = fc.array(step, { minLength: 3, maxLength: 40 })
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 10 }), history, play), { numRuns: 60 })
})
