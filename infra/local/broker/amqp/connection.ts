import type { EventContext, Receiver, Sender } from 'rhea'
import { createGrants } from '../access/grants.ts'
import { createAlarm } from '../runtime/alarm.ts'
import { parseEntityPath } from '../runtime/namespace.ts'
import { refusal } from '../runtime/refusal.ts'
import { putToken } from './cbs.ts'
import { handleManagement, managementPath } from './management.ts'
import { allowed, type BrokerServices, type Peer } from './peer.ts'
import { attachPublisher } from './publishing.ts'
import { attachConsumer } from './receiving.ts'
import { refuse } from './refusing.ts'
import { attachReplies, attachRequests } from './replying.ts'
import { acceptStream, type ByteStream, takeOver } from './rhea.ts'

export interface ServedConnection {
  close(): void
}

const CBS = '$cbs'
const MANAGEMENT = /\/\$management$/i

/** Serves one client until its connection ends. */
export function serveConnection(
  stream: ByteStream,
  services: BrokerServices,
  onEnd: () => void,
): ServedConnection {
  const { clock, log } = services
  const peer: Peer = {
    ...services,
    grants: createGrants(),
    links: new Set(),
    replies: new Map(),
    sessions: new Map(),
    quotas: new Map(),
    watchTokens: () => expiry.at(peer.grants.nextExpiry()),
  }
  const expiry = createAlarm(clock, () => {
    for (const link of [...peer.links])
      if (!allowed(peer, link.path, link.rights))
        link.end(refusal('amqp:unauthorized-access', `The token for '${link.path}' has expired.`))
    peer.watchTokens()
  })

  let ended = false
  function end(failed: boolean): void {
    if (ended) return
    ended = true
    expiry.stop()
    for (const link of [...peer.links]) link.gone(failed)
    onEnd()
  }

  const connection = acceptStream(stream)
  stream.on('end', () => end(true))
  stream.on('error', () => end(true))

  connection.on('session_open', ({ session }: EventContext) => {
    if (session) takeOver(session)
  })
  connection.on('sender_open', ({ sender }: EventContext) => {
    if (sender) attachOutgoing(peer, sender)
  })
  connection.on('receiver_open', ({ receiver }: EventContext) => {
    if (receiver) attachIncoming(peer, receiver)
  })
  connection.on('connection_close', () => end(false))
  connection.on('disconnected', () => end(true))
  // rhea throws, or writes to the console, what nobody listens for.
  for (const event of ['session_error', 'sender_error', 'receiver_error', 'session_close', 'sender_close'])
    connection.on(event, () => undefined)
  connection.on('receiver_close', () => undefined)
  for (const event of ['error', 'protocol_error', 'connection_error'])
    connection.on(event, (problem: unknown) => {
      log.warn('a connection is ended', { event, problem: describe(problem) })
      end(true)
      stream.destroy()
    })

  return {
    close() {
      end(false)
      connection.close({ condition: 'amqp:connection:forced', description: 'The broker stops.' })
      setImmediate(() => stream.end())
    },
  }
}

function describe(problem: unknown): string {
  if (problem instanceof Error) return problem.stack ?? problem.message
  return typeof problem === 'object' && problem !== null && 'error' in problem
    ? String(problem.error)
    : 'unknown'
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** The client receives. */
function attachOutgoing(peer: Peer, link: Sender) {
  const address = text(link.source?.address)
  if (address === CBS) return attachReplies(peer, link, address)
  if (!MANAGEMENT.test(address)) return attachConsumer(peer, link, address)
  const path = parseEntityPath(address.replace(MANAGEMENT, ''))
  if (allowed(peer, managementPath(path), ['listen', 'send'])) attachReplies(peer, link, address)
  else refuse(link, refusal('amqp:unauthorized-access', `A valid token is needed for '${address}'.`))
}

/** The client sends. */
function attachIncoming(peer: Peer, link: Receiver) {
  const address = text(link.target?.address)
  if (address === CBS)
    return attachRequests(peer, link, address, (request, answer) => answer(putToken(peer, request)))
  if (!MANAGEMENT.test(address)) return attachPublisher(peer, link, address)
  const path = parseEntityPath(address.replace(MANAGEMENT, ''))
  if (!allowed(peer, managementPath(path), ['listen', 'send']))
    return refuse(link, refusal('amqp:unauthorized-access', `A valid token is needed for '${address}'.`))
  attachRequests(peer, link, address, (request, answer) => handleManagement(peer, path, request, answer))
}
