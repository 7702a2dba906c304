import rhea, { type Sender } from 'rhea'
import type { SessionLock } from '../queue/entry.ts'
import type { Lane } from '../runtime/lane.ts'
import { laneOf, parseEntityPath } from '../runtime/namespace.ts'
import { noSuchQueue, type Refusal, refusal } from '../runtime/refusal.ts'
import { isRefusal } from '../runtime/sessions.ts'
import { createDeliveringLink, type DeliveringLink } from './delivering.ts'
import { allowed, type PaidLink, type Peer } from './peer.ts'
import { refuse, unauthorized } from './refusing.ts'
import { openLink } from './rhea.ts'

const SESSION_FILTER = 'com.microsoft:session-filter'
const LOCKED_UNTIL = 'com.microsoft:locked-until-utc'
const TIMEOUT = 'com.microsoft:timeout'
const DEFAULT_TIMEOUT_MS = 60_000

/** 100 ns ticks since the year 1, as .NET counts. `ms` since 1970. */
function ticks(ms: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(Math.round(ms)) * 10_000n + 621_355_968_000_000_000n)
  return bytes
}

/** Undefined: no session is asked for. Null: any that is free. */
function askedSession(link: Sender): string | null | undefined {
  const filter: unknown = link.source?.filter
  if (typeof filter !== 'object' || filter === null || !(SESSION_FILTER in filter)) return undefined
  const wanted: unknown = filter[SESSION_FILTER]
  return typeof wanted === 'string' ? wanted : null
}

/** A client attaches a link to receive from a queue or its dead-letter queue. */
export function attachConsumer(peer: Peer, link: Sender, address: string) {
  const path = parseEntityPath(address)
  if (!allowed(peer, path.path, ['listen'])) return refuse(link, unauthorized('listen', address))
  const queue = peer.namespace.find(path.queue)
  if (!queue) return refuse(link, noSuchQueue(path.queue))
  const lane = laneOf(queue, path)
  const sessions = queue.stored.settings.requiresSession && !path.dead
  const wanted = askedSession(link)
  if (sessions && wanted === undefined)
    return refuse(link, refusal('amqp:not-allowed', 'The queue requires sessions: accept one to receive.'))
  if (!sessions && wanted !== undefined)
    return refuse(link, refusal('amqp:not-allowed', 'The queue knows no sessions.'))

  const receiving = openReceiving(peer, link, { path: path.path, address, lane })
  if (wanted === undefined) receiving.begin(undefined)
  else if (wanted !== null) receiving.decide(lane.acceptSession(wanted))
  else receiving.wait()
}

interface Receiving {
  begin(lock: SessionLock | undefined): void
  decide(result: SessionLock | Refusal): void
  /** Leaves the attach unanswered until a session is free or the client's patience is at its end. */
  wait(): void
}

function openReceiving(
  peer: Peer,
  link: Sender,
  place: { readonly path: string; readonly address: string; readonly lane: Lane },
): Receiving {
  const { lane, address } = place
  let delivering: DeliveringLink | undefined
  let lock: SessionLock | undefined
  let stopWaiting: (() => void) | undefined
  let answered = false

  function end(reason: Refusal): void {
    answered = true
    refuse(link, reason)
  }

  const paid: PaidLink = {
    path: place.path,
    rights: ['listen'],
    end(reason) {
      paid.gone(false)
      end(reason)
    },
    gone(failed) {
      if (!peer.links.delete(paid)) return
      stopWaiting?.()
      delivering?.stop()
      peer.sessions.delete(link.name)
      if (lock) lane.releaseSession(lock, failed)
    },
  }
  peer.links.add(paid)
  link.once('sender_close', () => {
    paid.gone(false)
    // A client that gave up waiting still wants its detach answered.
    if (!answered) end(refusal('com.microsoft:timeout', 'The receiver has given up.'))
  })

  function begin(held: SessionLock | undefined): void {
    lock = held
    answered = true
    const filter = held && { [SESSION_FILTER]: held.sessionId }
    link.set_source(filter ? { address, filter } : { address })
    openLink(link, held ? { properties: { [LOCKED_UNTIL]: rhea.types.wrap_long(ticks(held.until)) } } : {})
    if (held) peer.sessions.set(link.name, { lane, lock: held })
    delivering = createDeliveringLink(lane, link, held, paid.end)
    delivering.start()
  }

  function decide(result: SessionLock | Refusal): void {
    stopWaiting = undefined
    if (isRefusal(result)) paid.end(result)
    else begin(result)
  }

  return {
    begin,
    decide,
    wait() {
      const asked: unknown = link.properties?.[TIMEOUT]
      const patience = typeof asked === 'number' && asked > 0 ? asked : DEFAULT_TIMEOUT_MS
      stopWaiting = lane.acceptNextSession(patience, decide)
    },
  }
}
