import { canonicalAudience, covers, verifyToken } from '../access/sas.ts'
import { refusal } from '../runtime/refusal.ts'
import type { Peer } from './peer.ts'
import { type Answer, type Request, refusedAnswer } from './replying.ts'

const SAS_TYPE = 'servicebus.windows.net:sastoken'

/** Claims-based security (OASIS AMQP CBS 1.0): the client shows a token before it attaches links. */
export function putToken(peer: Peer, request: Request): Answer {
  const { name, type } = request.properties
  if (request.operation !== 'put-token')
    return refusedAnswer(refusal('amqp:not-implemented', 'Only put-token is known here.'))
  if (type !== SAS_TYPE || typeof name !== 'string' || typeof request.body !== 'string')
    return refusedAnswer(refusal('com.microsoft:argument-error', `A token of type ${SAS_TYPE} is expected.`))
  const verdict = verifyToken(request.body, peer.policies, peer.clock.now())
  if (!verdict.ok) return refusedAnswer(refusal('amqp:unauthorized-access', verdict.problem))
  if (!covers(verdict.grant.audience, canonicalAudience(name)))
    return refusedAnswer(refusal('amqp:unauthorized-access', `The token is not meant for '${name}'.`))
  peer.grants.add(verdict.grant)
  peer.watchTokens()
  return { status: 202 }
}
