import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { isStegError, StegError } from '../../../shared/errors/error.ts'
import { type Random, randomId } from '../../../shared/random.ts'
import type { Client, Session } from '../../http/principal.ts'
import type { Store } from '../../platform/store/port.ts'
import { keyOf, keysUnder, partsOf } from '../../platform/store/table.ts'
import { formatToken, parseToken } from '../rules/token.ts'
import { hashSecret, matchesHash } from '../secret-hash.ts'
import type { Owner } from './names.ts'
import { sessionsTable } from './rows.ts'
import { deviceOf } from './rules/device.ts'
import { ABSOLUTE_MS, isSeenWorthWriting, sessionState } from './rules/session.ts'

export interface SessionView {
  readonly id: string
  readonly device: string
  readonly address: string
  readonly createdAt: number
  readonly lastSeenAt: number
}

export interface FoundSession {
  readonly owner: Owner
  readonly session: Session
}

export interface Sessions {
  /** @returns what the cookie holds. */
  begin(owner: Owner, epoch: number, client: Client): Promise<string>
  /**
   * The session of a cookie, when it is alive.
   * @param epochOf the account's count; undefined when nobody may sign in with it
   */
  resolve(
    cookie: string,
    epochOf: (owner: Owner) => Promise<number | undefined>,
  ): Promise<FoundSession | undefined>
  list(owner: Owner, epoch: number): Promise<readonly SessionView[]>
  /** @throws StegError `not-found` */
  end(owner: Owner, id: string): Promise<void>
  /** Keeps one session alive when all others of the account end with its new count. */
  carryOver(owner: Owner, id: string, epoch: number): Promise<void>
}

/** For how long the browser keeps the cookie; the session itself decides. */
export const SESSION_COOKIE_SECONDS = ABSOLUTE_MS / 1000

export function createSessions(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
}): Sessions {
  const { clock, random } = parts
  const table = sessionsTable.bind(parts.store)

  /** Rows of sessions that are over, removed on the way. */
  async function sweep(owner: Owner, epoch: number): Promise<SessionView[]> {
    const alive: SessionView[] = []
    for await (const { key, value } of table.all(owner.tenantId, keysUnder(owner.userId))) {
      if (sessionState(value, epoch, clock.now()) === 'alive') {
        const { device, address, createdAt, lastSeenAt } = value
        alive.push({ id: partsOf(key)[1] ?? '', device, address, createdAt, lastSeenAt })
      } else await table.delete(owner.tenantId, key, { kind: 'any' })
    }
    return alive.sort((a, b) => b.lastSeenAt - a.lastSeenAt)
  }

  return {
    async begin(owner, epoch, client) {
      await sweep(owner, epoch)
      const id = randomId(random, 12)
      const secret = Buffer.from(random.bytes(32)).toString('base64url')
      const now = clock.now()
      const row = {
        hash: hashSecret(secret),
        createdAt: now,
        lastSeenAt: now,
        epoch,
        address: client.address,
        device: deviceOf(client.userAgent),
      }
      await table.put(owner.tenantId, keyOf(owner.userId, id), row, { kind: 'absent' })
      return `${owner.userId}.${formatToken('session', { tenantId: owner.tenantId, id, secret })}`
    },

    async resolve(cookie, epochOf) {
      const dot = cookie.indexOf('.')
      const token = parseToken('session', cookie.slice(dot + 1))
      const userId = cookie.slice(0, dot)
      if (token === undefined || !/^[0-9a-z]{8,20}$/.test(userId)) return undefined
      const owner = { tenantId: token.tenantId, userId }
      const row = await table.get(owner.tenantId, keyOf(userId, token.id))
      if (row === undefined || !matchesHash(token.secret, row.value.hash)) return undefined
      const now = clock.now()
      if (sessionState(row.value, await epochOf(owner), now) !== 'alive') return undefined
      if (isSeenWorthWriting(row.value, now)) {
        try {
          const seen = { ...row.value, lastSeenAt: now }
          await table.put(owner.tenantId, row.key, seen, { kind: 'match', etag: row.etag })
        } catch (error) {
          // Another request of the same session has just written it, or it was ended; the next request will see.
          if (!isStegError(error, 'store-conflict')) throw error
        }
      }
      return {
        owner,
        session: { id: token.id, csrfToken: csrfTokenOf(token.secret), beganAt: row.value.createdAt },
      }
    },

    list: sweep,

    async end(owner, id) {
      const key = keyOf(owner.userId, id)
      if ((await table.get(owner.tenantId, key)) === undefined) {
        throw new StegError('not-found', { what: 'session' })
      }
      await table.delete(owner.tenantId, key, { kind: 'any' })
    },

    async carryOver(owner, id, epoch) {
      const row = await table.get(owner.tenantId, keyOf(owner.userId, id))
      if (row === undefined) return
      const carried = { ...row.value, epoch }
      await table.put(owner.tenantId, row.key, carried, { kind: 'match', etag: row.etag })
    },
  }
}

/** From the session's secret, so that nothing more is stored; nobody gets from it to the secret. */
function csrfTokenOf(secret: string): string {
  return createHash('sha256').update(`csrf ${secret}`).digest('base64url')
}
