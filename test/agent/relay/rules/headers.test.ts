import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestHeaders, responseHeaders } from '../../../../agent/relay/rules/headers.ts'

const headersOf = (...pairs: [string, string][]) => {
  const decision = requestHeaders(pairs)
  return decision.ok ? { ...decision.headers } : decision.reason
}

describe('header fields of a request', () => {
  it('passes ordinary ones, repeated ones too, and asks for no content coding', () => {
    expect(
      headersOf(['accept', 'a/b'], ['Cookie', 'a=1'], ['cookie', 'b=2'], ['authorization', 'Basic x']),
    ).toEqual({
      accept: ['a/b'],
      cookie: ['a=1', 'b=2'],
      authorization: ['Basic x'],
      'accept-encoding': ['identity'],
    })
  })

  it.each(['connection', 'keep-alive', 'te', 'trailer', 'proxy-connection', 'content-length', 'expect'])(
    'leaves out %s',
    (name) =>
      expect(headersOf([name, 'x'], ['a', 'b'])).toEqual({ a: ['b'], 'accept-encoding': ['identity'] }),
  )

  it('replaces accept-encoding', () => {
    expect(headersOf(['accept-encoding', 'gzip, br'])).toEqual({ 'accept-encoding': ['identity'] })
  })

  it('leaves out what the Connection field names', () => {
    expect(headersOf(['Connection', 'close, X-Hop'], ['x-hop', '1'])).toEqual({
      'accept-encoding': ['identity'],
    })
  })

  it.each(['host', 'Host', 'transfer-encoding', 'upgrade', 'proxy-authorization', 'Proxy-Authenticate'])(
    'refuses %s',
    (name) => expect(headersOf([name, 'x'])).toContain(name.toLowerCase()),
  )

  it.each(['a\r\nb: c', 'a\nb', 'a\0', '\u0100', '\x7f'])('refuses the value %j', (value) => {
    expect(headersOf(['x-a', value])).toContain('x-a')
  })

  it('is not fooled by names from the prototype', () => {
    expect(headersOf(['__proto__', '1'], ['constructor', '2'])).toMatchObject({ constructor: ['2'] })
  })

  it('never lets a field through that frames or routes the request', () => {
    const name = fc.constantFrom(
      'Host',
      'transfer-encoding',
      'CONTENT-LENGTH',
      'connection',
      'x',
      'upgrade',
      'te',
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
        const decision = requestHeaders(pairs)
        if (decision.ok)
          expect(Object.keys(decision.headers).filter((key) => key !== 'x')).toEqual(['accept-encoding'])
      }),
    )
  })
})

describe('header fields of an answer', () => {
  it('keeps every Set-Cookie and drops what concerns the connection', () => {
    expect(
      responseHeaders([
        ['set-cookie', 'a=1'],
        ['connection', 'keep-alive, x-hop'],
        ['x-hop', '1'],
        ['transfer-encoding', 'chunked'],
        ['set-cookie', 'b=2'],
        ['location', 'https://other.example/'],
        ['upgrade', 'h2c'],
      ]),
    ).toEqual([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['location', 'https://other.example/'],
    ])
  })

  it('gives up on more than a reply may carry', () => {
    expect(responseHeaders(Array.from({ length: 201 }, (_, index) => [`x-${index}`, '']))).toBeUndefined()
  })
})
