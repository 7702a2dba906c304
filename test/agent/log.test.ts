import { describe, expect, it } from 'vitest'
import { redact, scrub } from '../../agent/log.ts'

describe('what never gets into the log', () => {
  it.each([
    ['a SAS token', 'SharedAccessSignature sr=sb%3A%2F%2Fhost%2Fq&sig=abc%3D&se=1&skn=listen'],
    ['a signature', 'https://x.example/?sig=abc%3D&se=1'],
    ['a bearer value', 'Authorization: Bearer abcdef'],
    ['a JWT', 'sent eyJhbGciOiJFZERTQSJ9.eyJhIjoxfQ.abc-def'],
    ['credentials in an address', 'http://user:abcdef@sage.example/'],
  ])('%s in a text', (_case, text) => {
    expect(scrub(text)).toContain('[hidden]')
    expect(scrub(text)).not.toMatch(/abc/)
  })

  it.each([
    'token',
    'accessToken',
    'sas',
    'password',
    'Authorization',
    'cookie',
    'assertion',
    'clientSecret',
  ])('the field %s', (name) => {
    expect(redact({ outer: { [name]: 'abc' }, kept: 1 })).toEqual({ outer: { [name]: '[hidden]' }, kept: 1 })
  })

  it('bodies, and secrets inside errors and lists', () => {
    const error = new Error('failed with Bearer abc', { cause: new Error('sig=abc&') })
    const text = JSON.stringify(redact({ body: Buffer.from('abc'), error, list: ['eyJabc.abc.abc'] }))
    expect(text).toContain('[3 bytes]')
    expect(text).not.toMatch(/abc/)
  })

  it('nothing else', () => {
    expect(redact({ id: 'x', count: 2, flag: true, nothing: null, list: [1, 'a'] })).toEqual({
      id: 'x',
      count: 2,
      flag: true,
      nothing: null,
      list: [1, 'a'],
    })
  })
})
