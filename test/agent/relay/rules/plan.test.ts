import { describe, expect, it } from 'vitest'
import { planRequest, type RequestFacts } from '../../../../agent/relay/rules/plan.ts'

const fresh: RequestFacts = {
  kind: 'call',
  idempotency: 'repeatable',
  now: 1000,
  deadline: 2000,
  known: undefined,
  begunBefore: 0,
  stopping: false,
}

describe('what to do with a request', () => {
  it.each<[string, Partial<RequestFacts>, string]>([
    ['a new call', {}, 'execute'],
    ['a new call that must not be repeated', { idempotency: 'once' }, 'execute'],
    ['a ping', { kind: 'ping' }, 'pong'],
    ['at the deadline', { now: 2000 }, 'drop'],
    ['a ping after its deadline', { kind: 'ping', now: 2001 }, 'drop'],
    ['delivered again, repeatable', { begunBefore: 1 }, 'execute'],
    ['delivered again, not repeatable', { idempotency: 'once', begunBefore: 1 }, 'indeterminate'],
    ['answered already', { idempotency: 'once', begunBefore: 1, known: 'answered' }, 'settle'],
    ['being worked on', { idempotency: 'once', begunBefore: 1, known: 'running' }, 'wait'],
    ['while stopping', { stopping: true }, 'hand-back'],
    ['a ping while stopping', { kind: 'ping', stopping: true }, 'hand-back'],
    ['delivered again while stopping', { idempotency: 'once', begunBefore: 1, stopping: true }, 'hand-back'],
    ['being worked on while stopping', { known: 'running', stopping: true }, 'wait'],
  ])('%s', (_case, change, plan) => {
    expect(planRequest({ ...fresh, ...change })).toBe(plan)
  })
})
