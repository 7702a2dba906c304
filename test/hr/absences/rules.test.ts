import { describe, expect, it } from 'vitest'
import type { SageAbsence } from '../../../functions/hr/absences/rules/content.ts'
import { type OpenRequest, planPerson, windowOf } from '../../../functions/hr/absences/rules/plan.ts'
import {
  after,
  openStates,
  requestStates,
  shownStates,
  toShownState,
  transitions,
} from '../../../functions/hr/absences/rules/state.ts'

const content = {
  externalToken: '1_1',
  reasonId: 1,
  from: '2026-12-01',
  to: '2026-12-03',
  halfDay: false,
  comment: 'x',
}
const request = (change: Partial<OpenRequest> = {}): OpenRequest => ({
  id: 'a',
  state: 'pending',
  ...content,
  ...change,
})
const absence = (change: Partial<SageAbsence> = {}): SageAbsence => ({
  id: '7',
  reasonId: 1,
  from: '2026-12-01',
  to: '2026-12-03',
  halfDay: false,
  state: 'requested',
  ...change,
})
const NOW = 1_000_000
const SETTLE_MS = 30_000
const planned = (requests: readonly OpenRequest[], found: readonly SageAbsence[], at = NOW) =>
  planPerson(requests, { at, found }, SETTLE_MS)
const settled = { number: 1, deadline: NOW - 60_000, seen: [] }
const recent = { number: 1, deadline: NOW - 1_000, seen: [] }

describe('states of a request for leave', () => {
  it('every event leads somewhere known or nowhere, and the shown ones cover all', () => {
    for (const state of requestStates) {
      for (const next of Object.values(transitions[state])) {
        if (next !== undefined) expect(requestStates).toContain(next)
      }
      expect(shownStates).toContain(toShownState(state))
    }
    expect(new Set(requestStates.map(toShownState)).size).toBe(shownStates.length)
  })

  it('what is open has events left, everything else has none', () => {
    for (const state of requestStates) {
      const final = Object.values(transitions[state]).every((next) => next === undefined)
      expect(final).toBe(!(openStates as readonly string[]).includes(toShownState(state)))
    }
  })

  it('nothing is sent twice without being unsent, and nothing that is in Sage is sent', () => {
    for (const state of requestStates.filter((one) => one !== 'pending')) {
      expect(transitions[state].send).toBeUndefined()
    }
    expect(() => after('sending', 'send')).toThrow('cannot send')
  })
})

describe('plan for one person', () => {
  it.each<[string, OpenRequest[], SageAbsence[], object[]]>([
    ['sends what is pending', [request()], [], [{ kind: 'send' }]],
    [
      'adopts what arrived although nobody heard of it',
      [request({ state: 'sending', attempt: settled })],
      [absence()],
      [{ kind: 'adopt' }],
    ],
    [
      'adopts it also when it was decided meanwhile',
      [request({ state: 'sending', attempt: settled })],
      [absence({ state: 'rejected' })],
      [{ kind: 'adopt' }, { kind: 'decide', decision: 'reject' }],
    ],
    [
      'does not take an older absence with the same content for it',
      [request({ state: 'sending', attempt: { ...settled, seen: ['7'] } })],
      [absence({ state: 'rejected' })],
      [{ kind: 'unsend' }, { kind: 'send' }],
    ],
    [
      'does not take another absence for it',
      [request({ state: 'sending', attempt: settled })],
      [absence({ halfDay: true }), absence({ to: '2026-12-04' }), absence({ reasonId: 2 })],
      [{ kind: 'unsend' }, { kind: 'send' }],
    ],
    [
      'waits while it may still be under way, and sends nothing else',
      [
        request({ state: 'sending', attempt: recent }),
        request({ id: 'b', from: '2027-01-01', to: '2027-01-01' }),
      ],
      [],
      [{ kind: 'nothing' }, { kind: 'nothing' }],
    ],
    [
      'takes over a decision',
      [request({ state: 'requested', sageId: '7' })],
      [absence({ state: 'approved' })],
      [{ kind: 'decide', decision: 'approve' }],
    ],
    [
      'leaves alone what is undecided',
      [request({ state: 'requested', sageId: '7' })],
      [absence()],
      [{ kind: 'nothing' }],
    ],
    [
      'does not take a word that it does not know for a decision',
      [request({ state: 'requested', sageId: '7' })],
      [absence({ state: 'other' })],
      [{ kind: 'nothing' }],
    ],
    [
      'notices what is gone',
      [request({ state: 'requested', sageId: '8' })],
      [absence()],
      [{ kind: 'missing' }],
    ],
  ])('%s', (_, requests, absences, expected) => {
    expect(planned(requests, absences)).toMatchObject(expected)
    expect(planned(requests, absences)).toHaveLength(expected.length)
  })

  it('reads the days of all requests, after what was sent has settled', () => {
    const requests = [
      request({ state: 'sending', attempt: recent }),
      request({ id: 'b', from: '2026-11-01', to: '2026-11-02' }),
    ]
    expect(windowOf(requests)).toEqual({ from: '2026-11-01', to: '2026-12-03' })
    // An attempt of an earlier version does not say when it is settled.
    const settledAt = recent.deadline + 5_000 + SETTLE_MS
    expect(planned(requests, [], settledAt - 1)[0]).toMatchObject({ kind: 'nothing' })
    expect(planned(requests, [], settledAt)[0]).toMatchObject({ kind: 'unsend' })
    const said = request({ state: 'sending', attempt: { ...recent, settledAt: NOW } })
    expect(planned([said], [])[0]).toMatchObject({ kind: 'unsend' })
  })
})
