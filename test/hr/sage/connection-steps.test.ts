import { describe, expect, it } from 'vitest'
import { connectionReason } from '../../../agent/http/reason.ts'
import {
  connectionSteps,
  locateFailure,
  type Phase,
  resultsOf,
} from '../../../functions/hr/sage/rules/connection-steps.ts'
import type { ErrorCode } from '../../../shared/errors/error.ts'

const address = { origin: 'https://sage:8443', host: 'sage' }
const located = (code: ErrorCode, phase: Phase, params = {}) => {
  const { step, error } = locateFailure({ code, params }, phase, address)
  return [step, error.code]
}

describe('where the way to Sage ends', () => {
  it.each([
    ['ENOTFOUND', 'host', 'sage-host-unknown'],
    ['EAI_AGAIN', 'host', 'sage-host-unknown'],
    ['ECONNREFUSED', 'connection', 'sage-connection-refused'],
    ['ETIMEDOUT', 'connection', 'sage-no-connection'],
    ['EHOSTUNREACH', 'connection', 'sage-no-connection'],
    ['EPROTO', 'tls', 'sage-no-tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'sage-certificate-untrusted'],
    ['CERT_HAS_EXPIRED', 'tls', 'sage-certificate-date'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'sage-certificate-host'],
  ])('%s as an agent reports it', (system, step, code) => {
    const reason = connectionReason(Object.assign(new Error('x'), { code: system }))
    expect(located('target-unreachable', 'sage', { url: 'x', reason })).toEqual([step, code])
  })

  it('keeps the words of a reason that it does not know', () => {
    const error = { code: 'target-unreachable', params: { url: 'u', reason: 'new words' } } as const
    expect(locateFailure(error, 'sage', address)).toEqual({ step: 'connection', error })
  })

  it.each([
    ['variable-missing', 'variables', 'variables'],
    ['bus-unavailable', 'agent', 'agent'],
    ['target-not-allowed', 'sage', 'address'],
    ['deadline-exceeded', 'sage', 'connection'],
    ['deadline-exceeded', 'sign-in', 'sign-in'],
    ['sage-not-json', 'sage', 'sage'],
    ['sage-database-needed', 'sign-in', 'database'],
    ['sage-refused', 'people', 'people'],
  ] as const)('%s while at %s is about %s', (code, phase, step) => {
    expect(located(code, phase)[0]).toBe(step)
  })

  it('shows what came before as done and what comes after as not reached', () => {
    const error = { code: 'sage-host-unknown', params: { host: 'sage' } } as const
    const states = resultsOf({ step: 'host', error }, true).map(({ state }) => state)
    expect(states).toEqual(['ok', 'ok', 'ok', 'failed', ...Array(6).fill('skipped')])
  })

  it('passes over TLS where the address does not ask for it', () => {
    const state = (secure: boolean) =>
      resultsOf(undefined, secure).map(({ step, state }) => `${step} ${state}`)
    expect(state(true)).toEqual(connectionSteps.map((step) => `${step} ok`))
    expect(state(false)).toContain('tls skipped')
  })
})
