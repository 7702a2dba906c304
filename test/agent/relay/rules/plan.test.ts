import { describe, expect, it } from 'vitest'
import { planRequest, type RequestFacts } from '../../../../agent/relay/rules/plan.ts'

const fresh: RequestFacts = {
  kind: 'call',
  idempotency: 'repeatable',
  now: 1000,
  deadline: 2000,
  known: undefined,
  journal: 'execute',
  stopping: false,
}

describe('what to do with a request', () => {
  it.each<[string, Partial<RequestFacts>, string]>([
    ['a new call', {}, 'execute'],
    ['a new call that must not be repeated', { idempotency: 'once' }, 'execute'],
    ['a ping', { kind: 'ping' }, 'pong'],
    ['at the deadline', { now: 2000 }, 'drop'],
    ['a ping after its deadline', { kind: 'ping', now: 2001 }, 'drop'],
    ['repeatable, whatever the journal says', { journal: 'indeterminate' }, 'execute'],
    ['in doubt, not repeatable', { idempotency: 'once', journal: 'indeterminate' }, 'indeterminate'],
    ['executed before, not repeatable', { idempotency: 'once', journal: 'replay' }, 'replay'],
    ['answered already', { idempotency: 'once', journal: 'indeterminate', known: 'answered' }, 'settle'],
    ['being worked on', { idempotency: 'once', journal: 'indeterminate', known: 'running' }, 'wait'],
    ['while stopping', { stopping: true }, 'hand-back'],
    ['a ping while stopping', { kind: 'ping', stopping: true }, 'hand-back'],
    [
      'delivered again while stopping',
      { idempotency: 'once', journal: 'indeterminate', stopping: true },
      'hand-back',
    ],
    ['being worked on while stopping', { known: 'running', stopping: true }, 'wait'],
  ])('%s', (_case, change, plan) => {
    expect(planRequest({ ...fresh, ...change })).toBe(plan)
  })
})
