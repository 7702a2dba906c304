import { createHash, createHmac, randomBytes, timingSafeEqual, X509Certificate } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * A server that signs in connections with NTLMv2 and checks everything that there is to check. Written after MS-NLMP by
 * itself: it knows hashes of passwords, as a domain controller does, and shares no line with the client.
 */
export interface NtlmServer {
  readonly url: string
  /** Requests that were carried out, and as whom. */
  readonly done: {
    readonly user: string
    readonly method: string
    readonly body: string
    readonly socket: number
  }[]
  /** Connections taken, and refusals of a wrong answer. */
  readonly count: { connections: number; refused: number; challenges: number }
  /** Forgets who has signed in over every connection, which stays open. */
  forget(): void
  /** Closes the connection after its next challenges. */
  closeAfterChallenge: number
  /** Says no time, as servers before 2008: no MIC then. */
  silentAboutTime: boolean
  /** Answers a first request without asking for anything. */
  instead: ((response: http.ServerResponse) => void) | undefined
}

export interface Account {
  readonly user: string
  readonly domain: string
  /** MD4 of the password in UTF-16, as it lies in a directory. */
  readonly hash: string
}

interface Connection {
  readonly number: number
  negotiate?: Buffer
  challenge?: Buffer
  user?: string
}

const md5 = (key: Buffer, ...parts: Buffer[]) => createHmac('md5', key).update(Buffer.concat(parts)).digest()
const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const pair = (id: number, value: Buffer) => {
  const head = Buffer.alloc(4)
  head.writeUInt16LE(id, 0)
  head.writeUInt16LE(value.length, 2)
  return Buffer.concat([head, value])
}

export async function ntlmServer(
  accounts: readonly Account[],
  tls?: { readonly key: string; readonly cert: string },
): Promise<NtlmServer> {
  const connections = new WeakMap<Socket, Connection>()
  const all = new Set<Connection>()
  const state: NtlmServer = {
    url: '',
    done: [],
    count: { connections: 0, refused: 0, challenges: 0 },
    forget() {
      for (const connection of all) delete connection.user
    },
    closeAfterChallenge: 0,
    silentAboutTime: false,
    instead: undefined,
  }
  const bindings = tls && bindingsOf(new X509Certificate(tls.cert).raw)

  function challengeFor(connection: Connection): Buffer {
    const time = Buffer.alloc(8)
    time.writeBigUInt64LE(133_000_000_000_000_000n)
    const info = Buffer.concat([
      pair(2, utf16('FIRMA')),
      pair(1, utf16('EXCH1')),
      ...(state.silentAboutTime ? [] : [pair(7, time)]),
      pair(0, Buffer.alloc(0)),
    ])
    const head = Buffer.alloc(56)
    head.write('NTLMSSP\0', 'latin1')
    head.writeUInt32LE(2, 8)
    head.writeUInt32LE(0x00888205 >>> 0, 20)
    randomBytes(8).copy(head, 24)
    head.writeUInt16LE(info.length, 40)
    head.writeUInt16LE(info.length, 42)
    head.writeUInt32LE(56, 44)
    connection.challenge = Buffer.concat([head, info])
    state.count.challenges += 1
    return connection.challenge
  }

  /** The user, when everything in the message is right. */
  function check(connection: Connection, message: Buffer): string | undefined {
    const { negotiate, challenge } = connection
    delete connection.challenge
    if (negotiate === undefined || challenge === undefined) return undefined
    const field = (at: number) => {
      const offset = message.readUInt32LE(at + 4)
      return message.subarray(offset, offset + message.readUInt16LE(at))
    }
    const response = field(20)
    const domain = field(28).toString('utf16le')
    const user = field(36).toString('utf16le')
    const account = accounts.find(
      (one) => one.user.toLowerCase() === user.toLowerCase() && one.domain === domain,
    )
    if (account === undefined || response.length < 48) return undefined
    const key = md5(Buffer.from(account.hash, 'hex'), utf16(user.toUpperCase()), utf16(domain))
    const proof = response.subarray(0, 16)
    const blob = response.subarray(16)
    if (!timingSafeEqual(proof, md5(key, challenge.subarray(24, 32), blob))) return undefined
    const pairs = new Map<number, Buffer>()
    for (let at = 28; ; ) {
      const id = blob.readUInt16LE(at)
      if (id === 0) break
      const length = blob.readUInt16LE(at + 2)
      pairs.set(id, blob.subarray(at + 4, at + 4 + length))
      at += 4 + length
    }
    if (bindings !== undefined && !bindings.equals(pairs.get(10) ?? Buffer.alloc(0))) return undefined
    if (!(pairs.get(9)?.toString('utf16le') ?? '').startsWith('HTTP/')) return undefined
    if (state.silentAboutTime) {
      const short = field(12)
      const right = md5(key, challenge.subarray(24, 32), short.subarray(16))
      return short.length === 24 && right.equals(short.subarray(0, 16)) ? account.user : undefined
    }
    if (((pairs.get(6)?.readUInt32LE(0) ?? 0) & 2) === 0) return undefined
    const plain = Buffer.from(message)
    plain.fill(0, 72, 88)
    const mic = md5(md5(key, proof), negotiate, challenge, plain)
    return mic.equals(message.subarray(72, 88)) ? account.user : undefined
  }

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const connection = connections.get(request.socket)
    if (connection === undefined) throw new Error('a connection that nobody has seen')
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body = Buffer.concat(pieces).toString()
    const [, token] = /^NTLM (.+)$/.exec(request.headers.authorization ?? '') ?? []
    const message = token === undefined ? undefined : Buffer.from(token, 'base64')
    if (state.instead !== undefined) return state.instead(response)
    if (message?.readUInt32LE(8) === 1) {
      delete connection.user
      if (body !== '') throw new Error('a body before the sign-in')
      connection.negotiate = message
      const closing = state.closeAfterChallenge > 0
      if (closing) state.closeAfterChallenge -= 1
      response.writeHead(401, {
        'www-authenticate': ['Negotiate', `NTLM ${challengeFor(connection).toString('base64')}`],
        ...(closing ? { connection: 'close' } : {}),
      })
      response.end('sign in')
      return
    }
    if (message?.readUInt32LE(8) === 3) {
      const user = check(connection, message)
      if (user === undefined) state.count.refused += 1
      else connection.user = user
    }
    if (connection.user === undefined) {
      response.writeHead(401, { 'www-authenticate': ['Negotiate', 'NTLM'] }).end('no')
      return
    }
    const { method = '' } = request
    state.done.push({ user: connection.user, method, body, socket: connection.number })
    response.end(`${connection.user} ${body}`)
  }

  const listener: http.RequestListener = (request, response) => {
    handle(request, response).catch((error) => response.writeHead(500).end(String(error)))
  }
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener)
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    state.count.connections += 1
    const connection = { number: state.count.connections }
    connections.set(socket, connection)
    all.add(connection)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return Object.assign(state, { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}` })
}

/** RFC 5929, 4.1, for certificates signed with SHA-256. */
function bindingsOf(certificate: Buffer): Buffer {
  const unique = Buffer.concat([
    Buffer.from('tls-server-end-point:'),
    createHash('sha256').update(certificate).digest(),
  ])
  const struct = Buffer.alloc(20 + unique.length)
  struct.writeUInt32LE(unique.length, 16)
  unique.copy(struct, 20)
  return createHash('md5').update(struct).digest()
}
