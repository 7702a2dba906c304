import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolvePath } from '../../../../agent/relay/rules/path.ts'

const base = new URL('https://sage.example/hr/api')

describe('paths below a target', () => {
  it.each([
    ['/employees', 'https://sage.example/hr/api/employees'],
    ['/', 'https://sage.example/hr/api/'],
    ['/a/b?x=1&y=../..', 'https://sage.example/hr/api/a/b?x=1&y=../..'],
    ['/a?u=http%3A%2F%2Fx', 'https://sage.example/hr/api/a?u=http%3A%2F%2Fx'],
    ['/a?b?c', 'https://sage.example/hr/api/a?b?c'],
    ['/a%20b', 'https://sage.example/hr/api/a%20b'],
    ['/a%23b', 'https://sage.example/hr/api/a%23b'],
    ['/100%25', 'https://sage.example/hr/api/100%25'],
    ['/50%', 'https://sage.example/hr/api/50%'],
    ['/Müller', 'https://sage.example/hr/api/M%C3%BCller'],
    ['/a//b', 'https://sage.example/hr/api/a//b'],
    ['/a.b/..c/d..', 'https://sage.example/hr/api/a.b/..c/d..'],
    ['/user@host:80', 'https://sage.example/hr/api/user@host:80'],
  ])('%s is called as %s', (path, url) => {
    const decision = resolvePath(base, path)
    expect(decision.ok ? decision.url.href : decision.reason).toBe(url)
  })

  it.each([
    '/..',
    '/../admin',
    '/a/../../admin',
    '/./a',
    '/a/.',
    '/%2e%2e/admin',
    '/%2E%2e/admin',
    '/.%2e/admin',
    '/%252e%252e/admin',
    '/%25252e%25252e/admin',
    '/%2525252525252e/admin',
    '/..%2fadmin',
    '/..%5cadmin',
    '/a%2fb',
    '/a%5Cb',
    '/a%252fb',
    '/a%255cb',
    '/..\\admin',
    '/\\evil.example',
    '/a?b\\c',
    '//evil.example/a',
    '///evil.example',
    'https://evil.example/',
    'employees',
    '',
    '@evil.example/',
    '.evil.example/',
    ':8080/',
    '/a#b',
    '/a\r\nHost: evil',
    '/a\tb',
    '/a b',
    '/a\u0000',
    '/a%00',
    '/a%0d%0aHost:%20evil',
    '/a%250d%250ab',
    '/%c0%ae%c0%ae/admin',
    '/%c0%afadmin',
    '/%e0%80%ae/admin',
    '/%ff',
    '/%u002e%u002e/admin',
    '/\uff0e\uff0e/admin',
    '/%ef%bc%8e%ef%bc%8e/admin',
    '/a\uff0fb',
    '/\u2025/admin',
    '/..;/admin',
    '/..;x=y/admin',
    '/.;/admin',
    '/.. /admin',
    '/..%20/admin',
    '/.../admin',
    '/..%20./admin',
  ])('refuses %j', (path) => {
    expect(resolvePath(base, path)).toMatchObject({ ok: false })
  })

  it('allows the root of a base address without path, and nothing else changes', () => {
    const decision = resolvePath(new URL('http://sage.example:8080'), '/x')
    expect(decision.ok && decision.url.href).toBe('http://sage.example:8080/x')
  })

  it('keeps every accepted path below the base, however often a server decodes it', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '\\',
        '%',
        '%2e',
        '%2E',
        '%25',
        '%2f',
        '%5c',
        '%c0',
        '%ae',
        '%',
        '2e',
        '252e',
      ),
      fc.constantFrom(
        'a',
        'b',
        ';',
        '?',
        '#',
        '@',
        ':',
        '%00',
        '%0a',
        '\uff0e',
        '\u2025',
        ' ',
        '\n',
        '%u002e',
      ),
      fc.string({ maxLength: 3, unit: 'binary' }),
    )
    const paths = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`)
    fc.assert(
      fc.property(paths, (path) => {
        const decision = resolvePath(base, path)
        if (!decision.ok) return
        expect(decision.url.origin).toBe(base.origin)
        let seen = decision.url.pathname
        for (let depth = 0; depth < 8; depth++) {
          const normal = new URL(`https://sage.example${seen.replaceAll('\\', '/')}`)
          expect(`${normal.origin}${normal.pathname}`.startsWith('https://sage.example/hr/api/')).toBe(true)
          seen = seen.replace(/%([0-7][0-9a-f])/gi, (_all, hex) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          )
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        resolvePath(base, path)
      }),
    )
  })
})
