import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Credential } from '../../shared/wire/credentials.ts'
import { channelBindingsOf } from '../ntlm/channel-binding.ts'
import { authenticateMessage, negotiateMessage, ntlmUser } from '../ntlm/messages.ts'
import { type Exchange, type Opened, openExchange } from './exchange.ts'
import { ExchangeError } from './fault.ts'
import { type OneConnection, openOneConnection } from './ntlm-connection.ts'

export type NtlmCredential = Extract<Credential, { kind: 'ntlm' }>

/** Of an answer that only carries a challenge. */
const CHALLENGE_BYTES = 256 * 1024
/** So often a new connection is opened when the server closes one in the middle of the sign-in. Nothing has been sent then. */
const ATTEMPTS = 3

/**
 * Requests over connections that are signed in with NTLM. NTLM signs in a connection, not a request: whoever sends over
 * it next speaks as the same user. So each belongs to one credential at one server, and takes one request at a time.
 */
export interface NtlmSignIn {
  /**
   * As `openExchange`. A request that must not be made twice, or that cannot be sent again, gets a connection of its own:
   * the sign-in goes first, without its body, and the request itself goes out once, with the answer to the challenge.
   * The answer is 401 when the server refuses the credential. @throws ExchangeError
   */
  open(wanted: Exchange, credential: NtlmCredential, onlyOnce: boolean): Promise<Opened>
  close(): void
}

/** The connection is given back when its answer has been read. */
type Lane = OneConnection & { busy: boolean }

/** The connections of one credential at one server. */
interface Pool {
  readonly lanes: Set<Lane>
  /** Requests that look for one or open one. */
  calls: number
}

export function createNtlmSignIn(now: () => number): NtlmSignIn {
  const pools = new Map<string, Pool>()

  function poolOf(key: string): Pool {
    const known = pools.get(key)
    if (known !== undefined) return known
    const pool: Pool = { lanes: new Set(), calls: 0 }
    pools.set(key, pool)
    return pool
  }

  function openLane(key: string, pool: Pool, secure: boolean): Lane {
    const onOver = () => {
      pool.lanes.delete(lane)
      forgetEmpty(key, pool)
    }
    const lane: Lane = { ...openOneConnection(secure, onOver), busy: true }
    return lane
  }

  function forgetEmpty(key: string, pool: Pool): void {
    if (pool.lanes.size === 0 && pool.calls === 0) pools.delete(key)
  }

  /** `undefined` when the connection was over, or is no longer signed in: nothing has been done then. */
  async function overKept(lane: Lane, wanted: Exchange): Promise<Opened | undefined> {
    lane.busy = true
    try {
      const opened = await openExchange({ ...wanted, agent: lane.agent })
      if (opened.status !== 401) return givingBack(opened, lane)
      lane.close()
      return undefined
    } catch (error) {
      lane.close()
      if (error instanceof ExchangeError && error.fault === 'stale') return undefined
      throw error
    }
  }

  async function overNew(
    key: string,
    pool: Pool,
    wanted: Exchange,
    credential: NtlmCredential,
  ): Promise<Opened> {
    for (let attempt = 1; ; attempt++) {
      const lane = openLane(key, pool, wanted.url.protocol === 'https:')
      try {
        const { opened, isSignedIn } = await signIn(lane, wanted, credential)
        if (isSignedIn && !lane.isOver()) pool.lanes.add(lane)
        return givingBack(opened, lane, !isSignedIn)
      } catch (error) {
        lane.close()
        const isStale = error instanceof ExchangeError && error.fault === 'stale'
        if (!isStale) throw error
        // Of a body that comes as a stream nobody can say what is gone already.
        const isSpent = wanted.body instanceof Readable && wanted.body.destroyed
        if (attempt === ATTEMPTS || isSpent) {
          throw new ExchangeError('unreachable', 'it closes the connection during the sign-in', {
            cause: error,
          })
        }
      }
    }
  }

  async function signIn(lane: Lane, wanted: Exchange, credential: NtlmCredential) {
    const { url, agent: _, body, ...rest } = wanted
    const asked = await openExchange({
      ...rest,
      url,
      agent: lane.agent,
      headers: { ...withoutBody(wanted.headers), authorization: ntlm(negotiateMessage()) },
    })
    const first = await asked.whole(CHALLENGE_BYTES)
    const challenge = challengeIn(first.headers)
    if (first.status !== 401 || challenge === undefined) {
      return { opened: beforeSignIn(asked.status, first, body), isSignedIn: false }
    }
    const certificate = lane.certificate()
    const answer = authenticateMessage(challenge, {
      user: ntlmUser(credential),
      host: url.hostname,
      channelBindings: certificate && channelBindingsOf(certificate),
      clientChallenge: randomBytes(8),
      now: now(),
    })
    if (answer === undefined) throw new ExchangeError('broken', 'it asks for a sign-in older than NTLMv2')
    const headers = { ...wanted.headers, authorization: ntlm(answer) }
    const opened = await openExchange({ ...wanted, headers, agent: lane.agent })
    return { opened, isSignedIn: opened.status !== 401 }
  }

  return {
    async open(wanted, credential, onlyOnce) {
      const key = keyOf(wanted.url, credential)
      const pool = poolOf(key)
      pool.calls += 1
      try {
        if (!onlyOnce && !(wanted.body instanceof Readable)) {
          for (const lane of [...pool.lanes]) {
            if (lane.busy) continue
            const opened = await overKept(lane, wanted)
            if (opened !== undefined) return opened
          }
        }
        return await overNew(key, pool, wanted, credential)
      } finally {
        pool.calls -= 1
        forgetEmpty(key, pool)
      }
    },
    close() {
      for (const { lanes } of pools.values()) for (const lane of lanes) lane.close()
    },
  }
}

/** A request without body, and with nothing that describes one. */
function withoutBody(headers: Exchange['headers']): Record<string, string | string[]> {
  const { 'content-length': _, 'transfer-encoding': __, 'content-type': ___, ...rest } = headers
  return { ...rest, 'content-length': '0' }
}

function ntlm(message: Buffer): string {
  return `NTLM ${message.toString('base64')}`
}

function challengeIn(headers: readonly (readonly [string, string])[]): Buffer | undefined {
  for (const [name, value] of headers) {
    const [, challenge] = name === 'www-authenticate' ? (/^NTLM ([A-Za-z0-9+/=]+)$/i.exec(value) ?? []) : []
    if (challenge !== undefined) return Buffer.from(challenge, 'base64')
  }
  return undefined
}

/**
 * What came instead of a challenge: a proxy's word, or that of a server which does not want NTLM. A failure is the answer
 * to the request, which has not been made. Success is not: nothing but an empty request has been answered with it.
 */
function beforeSignIn(
  status: number,
  answer: Awaited<ReturnType<Opened['whole']>>,
  body: Exchange['body'],
): Opened {
  if (status < 300 && body !== undefined) {
    throw new ExchangeError('broken', 'it answered without asking for the sign-in')
  }
  return {
    status,
    announced: answer.body.length,
    whole: async () => answer,
    streamed: () => ({ ...answer, body: Readable.from([answer.body]) }),
  }
}

/** The next request may follow as soon as the answer has been read. */
function givingBack(opened: Opened, lane: Lane, closing = false): Opened {
  const free = () => {
    lane.busy = false
    if (closing) lane.close()
  }
  return {
    ...opened,
    whole: (maxBytes) => opened.whole(maxBytes).finally(free),
    streamed() {
      const answer = opened.streamed()
      answer.body.once('close', free)
      return answer
    },
  }
}

/** No password lies about in a key. */
function keyOf({ origin }: URL, { login, password, domain }: NtlmCredential): string {
  return createHash('sha256')
    .update(JSON.stringify([origin, login, domain ?? '', password]))
    .digest('base64url')
}
