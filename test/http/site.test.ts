import { describe, expect, it } from 'vitest'
import { cookiesOf, setCookie } from '../../functions/http/cookies.ts'
import { clientOf } from '../../functions/http/site.ts'
import { plainSite } from './callers.ts'
import { fakeRequest } from './request.ts'

describe('the address of a caller', () => {
  it.each([
    ['203.0.113.7:51234', 1, '203.0.113.7'],
    ['203.0.113.7', 1, '203.0.113.7'],
    ['[2001:DB8::1]:51234', 1, '2001:db8::1'],
    ['2001:db8::1', 1, '2001:db8::1'],
    // What the caller claims stands to the left of what our front end saw.
    ['10.0.0.1, 203.0.113.7:51234', 1, '203.0.113.7'],
    ['10.0.0.1, 203.0.113.7, 198.51.100.2:443', 2, '203.0.113.7'],
    ['203.0.113.7', 0, ''],
    ['203.0.113.7', 2, ''],
    ['<script>', 1, ''],
    ['', 1, ''],
  ])('%j behind %i front ends is %j', (header, proxies, address) => {
    const request = fakeRequest({ headers: { 'x-forwarded-for': header } })
    expect(clientOf(request, { ...plainSite, proxies }).address).toBe(address)
  })
})

describe('cookies', () => {
  const secure = { publicUrl: 'https://steg.example', proxies: 1 }
  const session = { kind: 'session', value: 'v', maxAgeSeconds: 60 } as const

  it('are for this host alone, unreadable for scripts and never sent by other sites', () => {
    expect(setCookie(session, fakeRequest({}), secure)).toEqual({
      name: '__Host-steg-session',
      value: 'v',
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
      maxAge: 60,
    })
    expect(setCookie({ ...session, value: '' }, fakeRequest({}), secure).maxAge).toBe(0)
  })

  it('have a name of their own for each port where there is no TLS', () => {
    expect(
      setCookie(session, fakeRequest({}), { ...secure, publicUrl: 'http://127.0.0.1:7071' }),
    ).toMatchObject({
      name: 'steg-session-7071',
      secure: false,
    })
  })

  it('are read by their full name, and the first of two counts', () => {
    const cookie = 'x; steg-session=a; __Host-steg-session=b=c ;__Host-steg-session=d; __Host-steg-known='
    expect(cookiesOf(fakeRequest({ headers: { cookie } }), secure)).toEqual({ session: 'b=c' })
    expect(cookiesOf(fakeRequest({}), secure)).toEqual({})
  })
})
