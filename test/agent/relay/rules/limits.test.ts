import { describe, expect, it } from 'vitest'
import { limitsFor } from '../../../../agent/relay/rules/limits.ts'

const set = {
  'https://sage.example': { maxResponseMb: 10 },
  'https://sage.example/hr': { timeoutSeconds: 5 },
  'https://other.example:8443/': { maxResponseMb: 1 },
}

describe('limits of a target', () => {
  it.each([
    ['the address itself', 'https://sage.example/hr', { timeoutSeconds: 5 }],
    ['below an address', 'https://sage.example/hr/v2', { timeoutSeconds: 5 }],
    ['beside an address, below another', 'https://sage.example/hrx', { maxResponseMb: 10 }],
    ['another scheme', 'http://sage.example/hr', {}],
    ['another port', 'https://sage.example:444', {}],
    ['a host that begins alike', 'https://sage.example.evil.example', {}],
    ['set with a slash at its end', 'https://other.example:8443', { maxResponseMb: 1 }],
  ])('%s', (_case, base, expected) => {
    expect(limitsFor(base, set)).toEqual(expected)
  })
})
