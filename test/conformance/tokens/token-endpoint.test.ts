import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTokenEndpoint } from '../../../functions/platform/tokens/token-endpoint.ts'
import { systemClock } from '../../../shared/clock.ts'
import { fakeClock } from '../../agent/fake-clock.ts'
import { CLIENT, SCOPES, startRotatingProvider } from '../../credentials/oidc.ts'
import { memoryProvider } from '../../credentials/provider.ts'
import { describeTokenProvider } from './suite.ts'

describeTokenProvider('in memory', () => {
  const provider = memoryProvider(fakeClock(), true)
  return { provider, secrets: {}, audience: 'x', signIn: async () => provider.signIn() }
})

let oidc: Awaited<ReturnType<typeof startRotatingProvider>>
beforeAll(async () => {
  oidc = await startRotatingProvider()
})
afterAll(() => oidc.stop())

const endpointAt = (url: string) =>
  createTokenEndpoint({ url, clientId: CLIENT.clientId, fetch, clock: systemClock })
const secrets = { clientSecret: CLIENT.clientSecret }

describeTokenProvider('a token endpoint', () => ({
  provider: endpointAt(oidc.tokenEndpoint),
  secrets,
  audience: SCOPES,
  signIn: oidc.signIn,
}))

describe('a token endpoint', () => {
  const grant = { refreshToken: 'r', secrets, audience: 'a b' }
  const never = new AbortController().signal

  /** What is made of an answer. */
  async function answered(listener: RequestListener, signal = never) {
    const server = createServer(listener)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
      return await endpointAt(url).refresh(grant, signal)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }
  const says =
    (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
    (_, response) =>
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))

  it('refuses the wrong secret of an application', async () => {
    const wrong = { ...grant, secrets: { clientSecret: 'wrong' } }
    expect(await endpointAt(oidc.tokenEndpoint).refresh(wrong, never)).toMatchObject({
      kind: 'refused',
      error: 'invalid_client',
    })
  })

  it.each([
    ['the number of Entra', says(400, { error: 'invalid_grant', error_codes: [50076] }), [50076]],
    [
      'a number in words',
      says(401, { error: 'x', error_description: 'AADSTS7000222: The secret' }),
      [7000222],
    ],
    ['no number', says(400, { error: 'invalid_grant' }), []],
  ])('says why it refuses: %s', async (_, listener, aadsts) => {
    expect(await answered(listener)).toMatchObject({ kind: 'refused', aadsts })
  })

  it.each([
    ['429', says(429, { error: 'x' }, { 'retry-after': '17' }), 17_000],
    ['503 with a page', says(503, '<html>'), undefined],
    ['a date that is over', says(503, '', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }), 0],
    ['no sense', says(503, '', { 'retry-after': 'soon' }), undefined],
    ['403 of a proxy', says(403, '<html>'), undefined],
    ['a redirect', says(302, '', { location: 'http://127.0.0.1:1/' }), undefined],
    ['words of RFC 6749', says(400, { error: 'temporarily_unavailable' }), undefined],
  ])('that is not available is no refusal: %s', async (_, listener, retryAfterMs) => {
    expect(await answered(listener)).toEqual({ kind: 'unavailable', retryAfterMs })
  })

  it.each<[string, RequestListener]>([
    ['200 without a token', says(200, { ok: true })],
    ['200 with a page', says(200, '<html>')],
    ['a connection that breaks', (request) => request.socket.destroy()],
    [
      'an answer that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"access_token":')
        setImmediate(() => response.destroy())
      },
    ],
    ['an answer without end', says(200, `{"access_token":"a"}${' '.repeat(300_000)}`)],
  ])('may have rotated the token: %s', async (_, listener) => {
    expect(await answered(listener)).toMatchObject({ kind: 'unknown' })
  })

  it('that is not there never saw anything', async () => {
    const gone = createServer()
    await once(gone.listen(0, '127.0.0.1'), 'listening')
    const { port } = gone.address() as AddressInfo
    await promisify(gone.close.bind(gone))()
    expect(await endpointAt(`http://127.0.0.1:${port}/token`).refresh(grant, never)).toEqual({
      kind: 'unavailable',
    })
  })

  it('is let go when the call is given up', async () => {
    const call = new AbortController()
    const answer = answered(() => call.abort(new Error('too long')), call.signal)
    expect(await answer).toMatchObject({ kind: 'unknown', reason: 'too long' })
  })

  it('is asked with what belongs into the form, and signs an application in without a refresh token', async () => {
    const forms: string[] = []
    const listener: RequestListener = async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      forms.push(body)
      response.end(JSON.stringify({ access_token: 'a', expires_in: '3599' }))
    }
    const server = createServer(listener)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
    const expected = { kind: 'granted', accessToken: 'a', expiresInSeconds: 3599 }
    expect(await endpointAt(url).refresh(grant, never)).toMatchObject(expected)
    expect(await endpointAt(url).refresh({ ...grant, refreshToken: undefined }, never)).toMatchObject(
      expected,
    )
    expect(forms.map((form) => Object.fromEntries(new URLSearchParams(form)))).toEqual([
      {
        grant_type: 'refresh_token',
        refresh_token: 'r',
        client_id: 'steg',
        scope: 'a b',
        client_secret: CLIENT.clientSecret,
      },
      {
        grant_type: 'client_credentials',
        client_id: 'steg',
        scope: 'a b',
        client_secret: CLIENT.clientSecret,
      },
    ])
    server.closeAllConnections()
    server.close()
  })
})
