import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideTarget, type TargetQuestion } from '../../../../agent/relay/rules/target.ts'

const pinned = 'https://sage.firma.example/hrportalapi'
const ask = (asked: string, change: Partial<TargetQuestion> = {}) =>
  decideTarget({ roles: ['sage'], name: 'sage', asked, pinned, allowed: [], ...change })

describe('which addresses the agent calls', () => {
  it.each<[string, string, Partial<TargetQuestion>, string]>([
    ['the first address', 'http://any.example/x', { pinned: undefined }, 'pin'],
    ['the pinned address', pinned, {}, 'go'],
    ['the pinned address with a slash', `${pinned}/`, {}, 'go'],
    ['the pinned address in capitals', 'HTTPS://SAGE.firma.EXAMPLE:443/hrportalapi', {}, 'go'],
    ['another path on the same host', 'https://sage.firma.example/other', {}, 'pin'],
    ['another port on the same host', 'https://sage.firma.example:8443/hrportalapi', {}, 'pin'],
    ['from http to https', 'https://sage.firma.example/', { pinned: 'http://sage.firma.example' }, 'pin'],
    ['from https to http', 'http://sage.firma.example/hrportalapi', {}, 'not-allowed'],
    ['loopback by number', 'http://127.0.0.1:8080/api', {}, 'pin'],
    ['loopback by another number', 'http://127.1:8080/api', {}, 'pin'],
    ['loopback by name', 'https://localhost/api', {}, 'pin'],
    ['loopback by IPv6', 'http://[::1]/api', {}, 'pin'],
    ['another host', 'https://evil.example/hrportalapi', {}, 'not-allowed'],
    ['a host below the pinned one', 'https://x.sage.firma.example/', {}, 'not-allowed'],
    ['a host above the pinned one', 'https://firma.example/', {}, 'not-allowed'],
    ['a host that only begins like loopback', 'http://127.0.0.1.evil.example/', {}, 'not-allowed'],
    ['a host that only ends like loopback', 'http://notlocalhost/', {}, 'not-allowed'],
    ['the metadata service', 'http://169.254.169.254/latest', {}, 'not-allowed'],
    ['all interfaces', 'http://0.0.0.0/', {}, 'not-allowed'],
    ['an allowed address', 'https://new.example/api', { allowed: ['https://new.example/api'] }, 'pin'],
    [
      'below an allowed address',
      'https://new.example/api/v2',
      { allowed: ['https://new.example/api/'] },
      'pin',
    ],
    [
      'beside an allowed address',
      'https://new.example/apix',
      { allowed: ['https://new.example/api'] },
      'not-allowed',
    ],
    [
      'an allowed host over http',
      'http://new.example/api',
      { allowed: ['https://new.example/api'] },
      'not-allowed',
    ],
    ['with credentials', 'https://user:secret@sage.firma.example/', {}, 'not-an-address'],
    ['another scheme', 'ftp://sage.firma.example/', {}, 'not-an-address'],
    ['no address', 'sage', {}, 'not-an-address'],
    ['another name', pinned, { name: 'exchange' }, 'unknown'],
    ['any name for an agent without roles', pinned, { roles: [] }, 'unknown'],
    ['a name that is no role, at an allowed address', pinned, { name: 'exchange', allowed: [pinned] }, 'go'],
    [
      'any name for an agent without roles, at an allowed address',
      pinned,
      { roles: [], allowed: [pinned] },
      'go',
    ],
    ['another of its roles', pinned, { name: 'exchange', roles: ['sage', 'exchange'] }, 'go'],
    ['a name from the prototype', pinned, { name: 'constructor' }, 'unknown'],
  ])('%s: %s', (_case, asked, change, kind) => {
    expect(ask(asked, change).kind).toBe(kind)
  })

  it('names both addresses when it refuses', () => {
    expect(ask('https://evil.example/a/?b')).toEqual({
      kind: 'not-allowed',
      pinned,
      asked: 'https://evil.example/a',
    })
  })

  it('never leaves the pinned host for anything but loopback and what is allowed', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true, withFragments: true }),
        fc.domain(),
        (asked, host) => {
          const decision = ask(asked, { pinned: `https://${host}/api` })
          const url = new URL(asked)
          if (decision.kind === 'go' || decision.kind === 'pin') {
            expect([host.toLowerCase(), 'localhost']).toContain(url.hostname)
            expect(new URL(decision.base).origin).toBe(url.origin)
          } else expect(url.hostname === host.toLowerCase() && url.protocol === 'https:').toBe(false)
        },
      ),
    )
  })
})
