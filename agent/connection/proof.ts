import { createHash, randomUUID } from 'node:crypto'
// The whole of jose would take 10 MB more of memory.
import { SignJWT } from 'jose/jwt/sign'
import {
  type Announcement,
  ENROLMENT_AUDIENCE,
  PROOF_LIFETIME_SECONDS,
  SESSION_AUDIENCE,
} from '../../shared/wire/enrolment.ts'
import {
  KEYS_CONFIRMATION_AUDIENCE,
  KEYS_OFFER_AUDIENCE,
  KEYS_POSSESSION_AUDIENCE,
  type KeysConfirmation,
  type KeysOffer,
} from '../../shared/wire/keys.ts'
import type { AgentKey } from '../state/key.ts'

/**
 * Proof that the agent holds the private half of a key the hub does not know yet; it also vouches for the public key
 * with which calls are sealed. `now` is the hub's time in ms.
 */
export function proveForEnrolment(
  key: AgentKey,
  sealKey: string,
  token: string,
  now: number,
): Promise<string> {
  return issueShortLived(
    new SignJWT({ th: createHash('sha256').update(token).digest('base64url'), seal: sealKey })
      .setProtectedHeader({ alg: 'EdDSA', jwk: key.publicJwk })
      .setAudience(ENROLMENT_AUDIENCE),
    key,
    now,
  )
}

/** Proof that this is the enrolled agent, and what it is. `now` is the hub's time in ms. */
export function proveForSession(
  key: AgentKey,
  agentId: string,
  agent: Announcement,
  now: number,
): Promise<string> {
  return issueShortLived(asAgent(new SignJWT({ agent }), agentId).setAudience(SESSION_AUDIENCE), key, now)
}

/** Proof that the enrolled agent offers these keys, and that it holds them. `now` is the hub's time in ms. */
export async function proveForKeysOffer(
  key: AgentKey,
  next: AgentKey,
  sealKey: string,
  agentId: string,
  now: number,
): Promise<KeysOffer> {
  const offer = new SignJWT({ key: next.publicJwk.x, seal: sealKey })
  const possession = new SignJWT({ seal: sealKey })
    .setProtectedHeader({ alg: 'EdDSA', jwk: next.publicJwk })
    .setIssuer(agentId)
    .setSubject(agentId)
    .setAudience(KEYS_POSSESSION_AUDIENCE)
  return {
    assertion: await issueShortLived(asAgent(offer, agentId).setAudience(KEYS_OFFER_AUDIENCE), key, now),
    possession: await issueShortLived(possession, next, now),
  }
}

/** Proof that the agent has stored everything it needs to use the new keys. */
export async function proveForKeysConfirmation(
  next: AgentKey,
  agentId: string,
  now: number,
): Promise<KeysConfirmation> {
  const token = asAgent(new SignJWT({}), agentId).setAudience(KEYS_CONFIRMATION_AUDIENCE)
  return { assertion: await issueShortLived(token, next, now) }
}

function asAgent(token: SignJWT, agentId: string): SignJWT {
  return token.setProtectedHeader({ alg: 'EdDSA' }).setIssuer(agentId).setSubject(agentId)
}

function issueShortLived(token: SignJWT, key: AgentKey, now: number): Promise<string> {
  return token
    .setExpirationTime(Math.floor(now / 1000) + PROOF_LIFETIME_SECONDS)
    .setIssuedAt(Math.floor(now / 1000))
    .setJti(randomUUID())
    .sign(key.privateKey)
}
