import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Store } from '../../functions/platform/store/port.ts'
import type { Clock } from '../../shared/clock.ts'
import { isStegError } from '../../shared/errors/error.ts'
import { type Death, dyingStore } from '../jobs/failing-store.ts'
import { type Fault, memoryProvider } from './provider.ts'
import { credentialsSite, MAILBOX } from './site.ts'

const HUBS = 3
const as = 'person' as const
const audiences = ['graph', 'imap'] as const

/** A life of a hub: it may die at an operation on the store, and its clock may be wrong. */
interface Life {
  readonly diesAt: number | undefined
  readonly death: Death
  readonly skewMs: number
}

type Step =
  | { readonly kind: 'use'; readonly hub: number; readonly audience: (typeof audiences)[number] }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'restart'; readonly hub: number; readonly life: Life }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'reject'; readonly hub: number }
  | { readonly kind: 'slow'; readonly ms: number }

const life: fc.Arbitrary<Life> = fc.record({
  diesAt: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  death: fc.constantFrom<Death>('before', 'after'),
  skewMs: fc.constantFrom(0, 0, 90_000, -90_000, 7_200_000, -7_200_000),
})
const hub = fc.nat({ max: HUBS - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('use' as const), hub, audience: fc.constantFrom(...audiences) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(100, 5000, 50_000, 600_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), hub, life }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      fault: fc.constantFrom<Fault>('lost', 'unavailable', 'down', 'hangs'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reject' as const), hub }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('slow' as const), ms: fc.constantFrom(0, 3000, 19_000) }),
  },
)

/** Whoever uses an account may hear of these, and nothing else. */
const explained = ['sign-in-unavailable', 'credentials-busy', 'credentials-answer-lost']

async function play(strict: boolean, lives: readonly Life[], steps: readonly Step[]): Promise<void> {
  const site = credentialsSite()
  const provider = memoryProvider(site.clock, strict)
  provider.lifetime = 900
  /** Refresh tokens that were ever in the store. */
  const stored = new Set<unknown>()
  const store: Store = {
    ...site.counted.store,
    async put(table, row, condition) {
      const etag = await site.counted.store.put(table, row, condition)
      if (row.values.refreshToken !== undefined) stored.add(row.values.refreshToken)
      return etag
    },
  }
  await site.hub({ store }).set(MAILBOX, { refreshToken: provider.signIn() })
  const start = ({ diesAt, death, skewMs }: Life) => {
    const clock: Clock = { now: () => site.clock.now() + skewMs, sleep: site.clock.sleep }
    const dying = dyingStore(store, diesAt ?? Number.POSITIVE_INFINITY, death)
    return { service: site.hub({ store: dying.store, clock }), last: undefined as string | undefined }
  }
  const hubs = lives.map(start)
  const underway: Promise<void>[] = []
  const refused: string[] = []

  async function use(at: number, audience: (typeof audiences)[number]): Promise<void> {
    const user = hubs[at]
    if (user === undefined) return
    try {
      const token = await user.service.accessToken(MAILBOX, { audience, provider, as })
      expect(token).toMatch(/^access-/)
      if (audience === 'graph') user.last = token
    } catch (error) {
      if (error instanceof Error && error.message === 'killed') return
      if (!isStegError(error)) throw error
      refused.push(error.code)
    }
  }

  for (const one of steps) {
    switch (one.kind) {
      case 'use':
        underway.push(use(one.hub, one.audience))
        break
      case 'pass':
        await site.clock.advance(one.ms)
        break
      case 'restart':
        hubs[one.hub] = start(one.life)
        break
      case 'fault':
        provider.faults.push(one.fault)
        break
      case 'reject': {
        const { service, last } = hubs[one.hub] ?? {}
        if (last !== undefined)
          underway.push(
            service?.rejectToken(MAILBOX, 'graph', last).catch(() => undefined) ?? Promise.resolve(),
          )
        break
      }
      case 'slow':
        provider.takesMs = one.ms
        break
    }
  }
  await site.finish(Promise.all(underway))
  expect(refused.filter((code) => !explained.includes(code))).toEqual([])
  expect(provider.mostAtOnce()).toBeLessThanOrEqual(1)

  // In the end, with nothing in the way: a token, or what a person has to do.
  provider.faults.length = 0
  provider.takesMs = 0
  await site.clock.advance(1_000_000)
  const last = site.hub({ store })
  const outcome = await site
    .finish(last.accessToken(MAILBOX, { audience: 'graph', provider, as, look: true }))
    .catch((error) => (isStegError(error) ? error.code : Promise.reject(error)))
  const row = await site.row()
  const lost = provider.rotations() - (stored.size - 1)
  // What the provider answered is in the store, unless the answer was lost or a process died with it.
  if (lost > 0) expect(provider.lost() > 0 || someDied(lives, steps)).toBe(true)
  if (strict && lost > 0) expect(outcome).toMatch(/^access-|^credentials-answer-lost$/)
  else expect(outcome).toMatch(/^access-/)
  if (!outcome.startsWith('access-')) {
    expect(row?.state).toBe('expired')
    // Whoever stopped it may have died before it was told.
    await last.tend()
    expect(new Set(site.notices.map(({ id }) => id)).size).toBe(1)
  } else expect(await last.view(MAILBOX)).toMatchObject({ state: 'ok', refusals: 0 })
}

function someDied(lives: readonly Life[], steps: readonly Step[]): boolean {
  const all = [...lives, ...steps.flatMap((one) => (one.kind === 'restart' ? [one.life] : []))]
  return all.some(({ diesAt }) => diesAt !== undefined)
}

it.each([
  ['that lets former refresh tokens live', false],
  ['that takes each refresh token once', true],
] as const)(
  'hubs that die, clocks that differ and a provider %s: one refresh at a time, no token lost, all ends explained',
  async (_, strict) => {
    const lives = fc.tuple(life, life, life)
    const history = fc.array(step, { minLength: 5, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(lives, history, async (hubs, steps) => play(strict, hubs, steps)),
      { numRuns: 80 },
    )
  },
)
