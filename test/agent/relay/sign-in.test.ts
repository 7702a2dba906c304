import { createSecureContext } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createNtlmSignIn } from '../../../agent/http/ntlm-sign-in.ts'
import { createTargetHttp } from '../../../agent/relay/target-http.ts'
import type { Credential } from '../../../shared/wire/credentials.ts'
import { type Account, type NtlmServer, ntlmServer } from '../ntlm-server.ts'
import { selfSigned } from '../self-signed.ts'
import { targetServer } from '../target-server.ts'

type Head = Parameters<ReturnType<typeof createTargetHttp>['call']>[1]

const anna: Account = { user: 'anna', domain: 'FIRMA', hash: 'a4f49c406510bdcab6824ee7c30fd852' }
const bernd: Account = { user: 'bernd', domain: 'FIRMA', hash: 'cd06ca7c7e10c99b1d33b7485a2ed808' }
const joerg: Account = { user: 'jörg', domain: '', hash: 'ca3170ea32134c4b89e74c4785df7bc5' }
const accounts = [anna, bernd, joerg]
const asAnna: Credential = { kind: 'ntlm', login: 'FIRMA\\anna', password: 'Password' }
const asBernd: Credential = { kind: 'ntlm', login: 'BERND', domain: 'FIRMA', password: 'SecREt01' }
const asJoerg: Credential = { kind: 'ntlm', login: 'jörg', password: 'Grüße€1' }
const wrong: Credential = { ...asAnna, password: 'password' }

function client() {
  const targets = createTargetHttp()
  onTestFinished(targets.close)
  return async (server: Pick<NtlmServer, 'url'>, head: Partial<Head> = {}, body = '') => {
    const whole: Head = { method: 'GET', path: '/EWS', headers: [], idempotency: 'repeatable', ...head }
    const signal = new AbortController().signal
    const answer = await targets.call(new URL(server.url), whole, Buffer.from(body), signal)
    return { status: answer.status, text: Buffer.from(answer.body).toString(), headers: answer.headers }
  }
}

const post = { method: 'POST', idempotency: 'once' } as const
const done = (server: NtlmServer) => server.done.map(({ user, body }) => `${user} ${body}`)

describe('NTLM', () => {
  it('signs a connection in and uses it again', async () => {
    const server = await ntlmServer(accounts)
    const call = client()
    for (const body of ['1', '2', '3']) {
      expect(await call(server, { method: 'POST', credential: asAnna }, body)).toMatchObject({
        status: 200,
        text: `anna ${body}`,
      })
    }
    expect(done(server)).toEqual(['anna 1', 'anna 2', 'anna 3'])
    expect(server.count).toEqual({ connections: 1, refused: 0, challenges: 1 })
  })

  it.each<[string, Credential, string]>([
    ['a domain beside the login', asBernd, 'bernd'],
    ['no domain, and letters beyond ASCII', asJoerg, 'jörg'],
  ])('knows %s', async (_case, credential, user) => {
    const server = await ntlmServer(accounts)
    expect((await client()(server, { credential })).text).toBe(`${user} `)
  })

  it('works with a server that says no time', async () => {
    const server = await ntlmServer(accounts)
    server.silentAboutTime = true
    expect((await client()(server, { credential: asAnna })).status).toBe(200)
  })

  it('never mixes users, many requests of both at once included', async () => {
    const server = await ntlmServer(accounts)
    const call = client()
    const calls = Array.from({ length: 60 }, async (_, index) => {
      const [credential, user] = index % 2 === 0 ? [asAnna, 'anna'] : [asBernd, 'bernd']
      const { text } = await call(server, { method: 'POST', credential }, `${user}-${index}`)
      expect(text).toBe(`${user} ${user}-${index}`)
    })
    await Promise.all(calls)
    expect(server.done).toHaveLength(60)
    expect(server.done.every(({ user, body }) => body.startsWith(user))).toBe(true)
    const users = Map.groupBy(server.done, ({ socket }) => socket)
    for (const own of users.values()) expect(new Set(own.map(({ user }) => user)).size).toBe(1)
    const before = server.count.connections
    // Once those are there, nothing needs another.
    await Promise.all([call(server, { credential: asAnna }), call(server, { credential: asBernd })])
    expect(server.count.connections).toBe(before)
  })

  it('takes no connection of another user, one call after the other, and none for a wrong password', async () => {
    const server = await ntlmServer(accounts)
    const call = client()
    for (const credential of [asAnna, asBernd, asJoerg, asAnna, asBernd, asJoerg]) {
      const user = { [asAnna.login]: 'anna', [asBernd.login]: 'bernd', [asJoerg.login]: 'jörg' }
      expect((await call(server, { credential })).text).toBe(`${user[credential.login]} `)
    }
    expect((await call(server, { credential: wrong })).status).toBe(401)
    expect((await call(server, { credential: { ...asAnna, login: 'ANDERE\\anna' } })).status).toBe(401)
    expect(server.count).toEqual({ connections: 5, refused: 2, challenges: 5 })
  })

  it('answers a wrong password with 401, tried once and not again, and leaves others alone', async () => {
    const server = await ntlmServer(accounts)
    const call = client()
    await call(server, { credential: asAnna })
    expect(await call(server, { ...post, credential: wrong }, 'x')).toMatchObject({ status: 401, text: 'no' })
    expect([server.count.refused, done(server)]).toEqual([1, ['anna ']])
    expect((await call(server, { credential: asAnna })).status).toBe(200)
    expect(server.count).toMatchObject({ connections: 2, refused: 1 })
  })

  it.each(['repeatable', 'once'] as const)(
    'signs in anew when a kept connection no longer counts (%s)',
    async (idempotency) => {
      const server = await ntlmServer(accounts)
      const call = client()
      await call(server, { credential: asAnna })
      server.forget()
      expect((await call(server, { method: 'POST', idempotency, credential: asAnna }, 'x')).text).toBe(
        'anna x',
      )
      expect(done(server)).toEqual(['anna ', 'anna x'])
      expect(server.count).toEqual({ connections: 2, refused: 0, challenges: 2 })
    },
  )

  it('sends what must not be made twice over a connection of its own, and exactly once', async () => {
    const server = await ntlmServer(accounts)
    const call = client()
    await call(server, { credential: asAnna })
    for (const body of ['a', 'b']) await call(server, { ...post, credential: asAnna }, body)
    expect(done(server)).toEqual(['anna ', 'anna a', 'anna b'])
    expect(server.count.connections).toBe(3)
  })

  it('begins again when the connection is closed between challenge and answer; nothing was sent then', async () => {
    const server = await ntlmServer(accounts)
    server.closeAfterChallenge = 2
    expect((await client()(server, { ...post, credential: asAnna }, 'x')).text).toBe('anna x')
    expect([done(server), server.count]).toEqual([['anna x'], { connections: 3, refused: 0, challenges: 3 }])
    server.closeAfterChallenge = 99
    await expect(client()(server, { ...post, credential: asAnna }, 'y')).rejects.toMatchObject({
      code: 'target-unreachable',
      params: { reason: 'it closes the connection during the sign-in' },
    })
    expect(done(server)).toEqual(['anna x'])
  })

  it.each([
    ['asks for its own sign-in', 407, { 'proxy-authenticate': 'Basic' }],
    ['says that it cannot reach the server', 502, {}],
    ['sends somewhere else', 302, { location: 'https://login.example/' }],
    ['offers no NTLM', 401, { 'www-authenticate': 'Negotiate' }],
  ])('passes on the answer of a proxy that %s', async (_case, status, fields) => {
    const server = await ntlmServer(accounts)
    server.instead = (response) => void response.writeHead(status, fields).end('proxy')
    expect(await client()(server, { ...post, credential: asAnna }, 'x')).toMatchObject({
      status,
      text: 'proxy',
    })
    expect(server.done).toEqual([])
  })

  it('takes no success for that of a request whose body was never sent', async () => {
    const server = await ntlmServer(accounts)
    server.instead = (response) => void response.end('welcome')
    await expect(client()(server, { ...post, credential: asAnna }, 'x')).rejects.toMatchObject({
      code: 'response-broken',
    })
    // Without a body it was the request itself.
    expect((await client()(server, { credential: asAnna })).text).toBe('welcome')
  })

  it('does not answer a challenge that is none for NTLMv2', async () => {
    const server = await ntlmServer(accounts)
    const old = Buffer.concat([Buffer.from('NTLMSSP\0'), Buffer.from([2, 0, 0, 0]), Buffer.alloc(40)])
    server.instead = (response) =>
      void response.writeHead(401, { 'www-authenticate': `NTLM ${old.toString('base64')}` }).end()
    await expect(client()(server, { credential: asAnna })).rejects.toMatchObject({
      code: 'response-broken',
      params: { reason: 'it asks for a sign-in older than NTLMv2' },
    })
  })

  it('is bound to the TLS connection where there is one', async () => {
    const server = await ntlmServer(accounts, selfSigned)
    const signIn = createNtlmSignIn(Date.now)
    onTestFinished(signIn.close)
    const open = (secureContext = createSecureContext({ ca: selfSigned.cert })) =>
      signIn.open(
        { method: 'GET', url: new URL(server.url), headers: {}, secureContext },
        { kind: 'ntlm', login: 'FIRMA\\anna', password: 'Password' },
        false,
      )
    for (let times = 0; times < 2; times++) {
      const opened = await open()
      expect(opened.status).toBe(200)
      await opened.whole(1000)
    }
    expect(server.count).toEqual({ connections: 1, refused: 0, challenges: 1 })
  })
})

describe('a sign-in beside the header fields', () => {
  it('is Basic in UTF-8 where that is wanted', async () => {
    const server = await targetServer((_request, response) => response.end())
    const credential: Credential = { kind: 'basic', login: 'jörg', password: 'a:b€' }
    await client()(server, { credential })
    const { authorization = '' } = server.seen[0]?.headers ?? {}
    expect(Buffer.from(authorization.slice('Basic '.length), 'base64').toString()).toBe('jörg:a:b€')
  })

  it.each([asAnna, { kind: 'basic', login: 'a', password: 'b' }] as Credential[])(
    'refuses an authorization field beside it: $kind',
    async (credential) => {
      const server = await targetServer((_request, response) => response.end())
      const headers: Head['headers'] = [['Authorization', 'Bearer x']]
      await expect(client()(server, { credential, headers })).rejects.toMatchObject({
        code: 'request-refused',
        params: { reason: 'the header field "authorization" is not allowed beside a sign-in' },
      })
      expect(server.seen).toEqual([])
      expect((await client()(server, { headers })).status).toBe(200)
    },
  )
})
