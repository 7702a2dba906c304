import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deliveryStateOf as absenceDeliveryState,
  requestStates,
  transitions as requestTransitions,
} from '../../../functions/hr/absences/rules/state.ts'
import {
  deliveryStateOf as bookingDeliveryState,
  bookingStates,
  transitions as bookingTransitions,
} from '../../../functions/hr/bookings/rules/state.ts'
import {
  afterAnswer,
  answerKinds,
  certaintyOf,
  factsOf,
  kindOfFailure,
  kindOfReply,
} from '../../../functions/sync/delivery/rules/answer.ts'
import {
  type Attempt,
  newAttempt,
  settledAfter,
  withCertainty,
} from '../../../functions/sync/delivery/rules/attempt.ts'
import { deliveryEvents, deliveryStates, life } from '../../../functions/sync/delivery/rules/life.ts'
import {
  afterAbsent,
  type DeliveryItem,
  findingOf,
  planLane,
} from '../../../functions/sync/delivery/rules/plan.ts'
import { catalogue, type ErrorCode } from '../../../shared/errors/error.ts'

describe('life of what is delivered', () => {
  it('has an entry for every state and event, and nothing leads away from what is done', () => {
    for (const state of deliveryStates) {
      expect(Object.keys(life[state]).sort()).toEqual([...deliveryEvents].sort())
    }
    for (const done of ['delivered', 'refused'] as const) {
      expect(Object.values(life[done]).filter(Boolean)).toEqual([])
    }
  })

  it('sends only what is certain not to be under way', () => {
    expect(deliveryStates.filter((state) => life[state].send !== undefined)).toEqual(['pending'])
  })

  it.each([
    ['bookings', bookingStates, bookingTransitions, bookingDeliveryState],
    ['requests for leave', requestStates, requestTransitions, absenceDeliveryState],
  ] as const)('is what the states of %s map onto', (_, states, transitions, toDelivery) => {
    for (const state of states) {
      for (const attempt of [undefined, {}]) {
        const from = toDelivery({ state, attempt } as never)
        const row = (transitions as Record<string, Record<string, string | undefined>>)[state] ?? {}
        for (const event of deliveryEvents) {
          const next = row[event]
          // What a table has less, its product never does.
          if (next === undefined || (state === 'sending' && attempt === undefined && event !== 'send'))
            continue
          const left = event === 'unsend' ? undefined : {}
          const to = toDelivery({ state: next, attempt: left } as never)
          // Only what is taken up already may be sent again without a new state of its own.
          if (state === 'sending' && event === 'send' && attempt !== undefined) continue
          expect([state, event, to]).toEqual([state, event, life[from][event]])
        }
      }
    }
  })
})

describe('what an answer means', () => {
  const reply = (status: number, fields: object = {}) => ({ status, html: false, id: undefined, ...fields })

  it.each([
    ['an id', reply(200, { id: 7 }), 'accepted'],
    ['an id as text', reply(201, { id: 'a-b' }), 'accepted'],
    ['no id', reply(200), 'unclear'],
    ['a page', reply(200, { id: 7, html: true }), 'unclear'],
    ['odd status', reply(304), 'unclear'],
    ['session over', reply(401), 'signed-out'],
    ['sign-in page', reply(302, { html: true }), 'signed-out'],
    ['sign-in page', reply(303, { html: true }), 'signed-out'],
    ['failure', reply(500), 'unclear'],
    ['restarting', reply(503, { html: true }), 'unclear'],
    ['a gateway', reply(502, { html: true }), 'cut'],
    ['a gateway', reply(504), 'cut'],
    ['bad request', reply(400), 'refused'],
    ['no such person', reply(404), 'refused'],
    ['overlap', reply(409), 'refused'],
    ['unprocessable', reply(422), 'refused'],
    ['no such page', reply(404, { html: true }), 'blocked'],
    ['no rights', reply(403), 'blocked'],
  ])('%s: %j', (_, given, expected) => {
    expect(kindOfReply(given)).toBe(expected)
  })

  it('a failure is indeterminate unless it is certain that nothing was sent', () => {
    const certain = (Object.keys(catalogue) as ErrorCode[]).filter(
      (code) => kindOfFailure(code) === 'not-sent',
    )
    expect(certain.sort()).toEqual([
      'request-refused',
      'target-not-allowed',
      'target-unknown',
      'target-unreachable',
    ])
    expect(kindOfFailure('response-broken')).toBe('cut')
    for (const code of ['indeterminate', 'bus-unavailable', 'deadline-exceeded'] as const) {
      expect(kindOfFailure(code)).toBe('unknown')
    }
  })

  it('only a clear yes confirms, only a clear no refuses or stops, and everything else is read back', () => {
    const clear = { accepted: ['confirm'], refused: ['refuse'], blocked: ['stop'], 'not-sent': ['stop'] }
    for (const kind of answerKinds) {
      const allowed = (clear as Record<string, string[]>)[kind] ?? ['read-back']
      expect([kind, afterAnswer[kind].first]).toEqual([kind, allowed[0]])
      const repeated = kind === 'refused' ? 'refuse-unless-there' : allowed[0]
      expect([kind, afterAnswer[kind].repeated]).toEqual([kind, repeated])
      const keyed = allowed[0] === 'read-back' ? 'send-again' : allowed[0]
      expect([kind, afterAnswer[kind].keyed]).toEqual([kind, keyed])
    }
  })

  it.each([
    ['content', 1, 'first'],
    ['content', 2, 'repeated'],
    ['mark', 2, 'repeated'],
    ['key', 1, 'keyed'],
    ['key', 2, 'keyed'],
  ] as const)('a target that recognises by %s, attempt %i: %s', (recognises, number, facts) => {
    expect(factsOf({ number }, recognises)).toBe(facts)
  })
})

describe('an attempt', () => {
  const attempt = newAttempt(1, ['1'], 1_000, 30_000)

  it('is settled when no clock and no target can be at it any more', () => {
    expect(attempt).toEqual({ number: 1, seen: ['1'], deadline: 21_000, settledAt: 56_000 })
    expect(settledAfter(attempt.deadline, 30_000)).toBe(attempt.settledAt)
  })

  it.each([
    ['none', 56_000],
    ['carrier-done', 33_000],
    ['target-done', 3_000],
  ] as const)('certainty %s: an absence counts from %i on', (certainty, expected) => {
    expect(withCertainty(attempt, certainty, 3_000, 30_000)).toEqual({ ...attempt, settledAt: expected })
  })

  it('never becomes less certain', () => {
    for (const kind of answerKinds) {
      const late = withCertainty(attempt, certaintyOf[kind], 90_000, 30_000)
      expect(late.settledAt).toBe(56_000)
    }
  })
})

describe('reading back', () => {
  const attempt: Attempt = newAttempt(1, ['1'], 1_000, 30_000)
  const fits = ({ id }: { id: string }) => id !== 'other'
  it.each([
    ['one more than before is the item', ['1', '9'], 2_000, 'there'],
    ['only what was there before', ['1'], 2_000, 'unclear'],
    ['the same, and everything has settled', ['1'], 56_000, 'absent'],
    ['just before that', [], 55_999, 'unclear'],
    ['something else', ['other'], 56_000, 'absent'],
    ['late and there', ['9'], 99_000, 'there'],
  ])('%s', (_, ids, at, kind) => {
    expect(findingOf(attempt, fits, { at, found: ids.map((id) => ({ id })) }).kind).toBe(kind)
  })
})

describe('plan for one lane', () => {
  const NOW = 1_000_000
  const open = { number: 1, deadline: NOW + 5, settledAt: NOW + 10, seen: [] }
  const settled = { ...open, settledAt: NOW }
  type Found = { readonly id: string; readonly of: string }
  const item = (id: string, fields: Partial<DeliveryItem<Found>> = {}): DeliveryItem<Found> => ({
    id,
    state: 'pending',
    attempt: undefined,
    fits: ({ of }) => of === id,
    ...fields,
  })
  const a = { id: '7', of: 'a' }
  const sending = (attempt: Attempt | undefined) => item('a', { state: 'sending', attempt })

  it.each<[string, DeliveryItem<Found>[], Found[], object[]]>([
    [
      'sends in order',
      [item('a'), item('b')],
      [],
      [
        { kind: 'send', id: 'a' },
        { kind: 'send', id: 'b' },
      ],
    ],
    [
      'leaves alone what is done',
      [item('a', { state: 'delivered' }), item('b', { state: 'refused' })],
      [],
      [],
    ],
    ['confirms what arrived', [sending(open), item('b')], [a], [{ kind: 'confirm' }, { kind: 'send' }]],
    ['waits, and sends nothing else', [sending(open), item('b')], [], [{ kind: 'wait', until: NOW + 10 }]],
    [
      'sends again what is absent',
      [sending(settled), item('b')],
      [],
      [{ kind: 'send-again' }, { kind: 'send' }],
    ],
    ['sends again what it knows nothing of', [sending(undefined)], [a], [{ kind: 'send-again' }]],
    ['notices what arrived late', [item('a', { attempt: settled })], [a], [{ kind: 'confirm' }]],
    ['sends what did not arrive late', [item('a', { attempt: open })], [], [{ kind: 'send' }]],
    [
      'is not misled by what was there before',
      [sending({ ...settled, seen: ['7'] })],
      [a],
      [{ kind: 'send-again' }],
    ],
  ])('%s', (_, items, found, expected) => {
    expect(planLane(items, { at: NOW, found }, 'content')).toMatchObject(expected)
    expect(planLane(items, { at: NOW, found }, 'content')).toHaveLength(expected.length)
  })

  it('repeats at once where the target knows repeats', () => {
    expect(planLane([sending(open)], { at: NOW, found: [] }, 'key')).toMatchObject([{ kind: 'send-again' }])
  })

  it('never sends while anything may be under way, and never what is there', () => {
    const arbitrary = fc.record({
      state: fc.constantFrom(...deliveryStates),
      attempt: fc.option(
        fc.record({
          number: fc.integer({ min: 1, max: 3 }),
          deadline: fc.constant(NOW),
          settledAt: fc.integer({ min: NOW - 5, max: NOW + 5 }),
          seen: fc.subarray(['0', '1', '2', '3']),
        }),
        { nil: undefined },
      ),
    })
    fc.assert(
      fc.property(
        fc.array(arbitrary, { maxLength: 4 }),
        fc.uniqueArray(
          fc.record({ id: fc.constantFrom('0', '1', '2', '3'), of: fc.constantFrom('0', '1', '2', 'any') }),
          { selector: ({ id }) => id },
        ),
        (drawn, found) => {
          const items = drawn.map((fields, index) => {
            const id = String(index)
            return item(id, { ...fields, fits: ({ of }) => of === id || of === 'any' })
          })
          const steps = planLane(items, { at: NOW, found }, 'content')
          const isOpen = ({ fits, state, attempt }: DeliveryItem<Found>) =>
            state === 'sending' &&
            attempt !== undefined &&
            NOW < attempt.settledAt &&
            !found.some((one) => fits(one) && !attempt.seen.includes(one.id))
          const sends = steps.filter(({ kind }) => kind === 'send' || kind === 'send-again')
          if (items.some(isOpen)) expect(sends).toEqual([])
          const confirmed = steps.flatMap((step) => (step.kind === 'confirm' ? [step.found.id] : []))
          expect(new Set(confirmed).size).toBe(confirmed.length)
          for (const { id } of sends) {
            const { attempt, fits } = items[Number(id)] ?? expect.fail('no such item')
            const free = found.filter((one) => !confirmed.includes(one.id))
            expect(free.some((one) => fits(one) && attempt?.seen.includes(one.id) === false)).toBe(false)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('what the target does not have', () => {
  const limits = { perRun: 3, inAll: 5 }
  it.each([
    [1, 1, 'send-again'],
    [2, 4, 'send-again'],
    [3, 4, 'leave'],
    [0, 4, 'send-again'],
    [1, 5, 'give-up'],
    [3, 9, 'give-up'],
  ])('%i in this run, %i in all: %s', (inRun, inAll, expected) => {
    expect(afterAbsent({ inRun, inAll }, limits)).toBe(expected)
  })
})
