import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, decodeJwt, EmbeddedJWK, importJWK, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import {
  ENROLMENT_AUDIENCE,
  PROOF_LIFETIME_SECONDS,
  PROOF_TOLERANCE_SECONDS,
} from '../../shared/wire/enrolment.ts'
import { KEYS_POSSESSION_AUDIENCE } from '../../shared/wire/keys.ts'
import { SealPublicKey } from '../../shared/wire/seal.ts'

const Ed25519Header = z.object({
  jwk: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().length(43) }),
})

/**
 * Verifies the JWT with which an agent proves at enrolment that it holds a key, bound to the access token it brings and
 * to the key with which its calls will be sealed.
 * @throws StegError `proof-invalid`
 */
export async function verifyEnrolmentProof(proof: string, token: string, clock: Clock) {
  const { payload, protectedHeader } = await asProof(() =>
    jwtVerify(proof, EmbeddedJWK, { ...checks(clock), audience: ENROLMENT_AUDIENCE }),
  )
  const header = Ed25519Header.safeParse(protectedHeader)
  if (!header.success) throw new StegError('proof-invalid', { reason: 'the key is not an Ed25519 key' })
  const expected = createHash('sha256').update(token).digest('base64url')
  if (payload.th !== expected)
    throw new StegError('proof-invalid', { reason: 'it is for another access token' })
  const sealKey = SealPublicKey.safeParse(payload.seal)
  if (!sealKey.success) throw new StegError('proof-invalid', { reason: 'it names no key for sealing' })
  return {
    publicKey: header.data.jwk.x,
    thumbprint: await calculateJwkThumbprint(header.data.jwk),
    sealKey: sealKey.data,
  }
}

/**
 * Verifies that an agent holds the new key that it offers, together with a new key for sealing.
 * @throws StegError `proof-invalid`
 */
export async function verifyPossession(possession: string, agentId: string, clock: Clock) {
  const { payload, protectedHeader } = await asProof(() =>
    jwtVerify(possession, EmbeddedJWK, {
      ...checks(clock),
      audience: KEYS_POSSESSION_AUDIENCE,
      issuer: agentId,
      subject: agentId,
    }),
  )
  const header = Ed25519Header.safeParse(protectedHeader)
  if (!header.success) throw new StegError('proof-invalid', { reason: 'the key is not an Ed25519 key' })
  const sealKey = SealPublicKey.safeParse(payload.seal)
  if (!sealKey.success) throw new StegError('proof-invalid', { reason: 'it names no key for sealing' })
  return { publicKey: header.data.jwk.x, sealKey: sealKey.data }
}

/** Tries keys in turn; what the last one says counts. @throws StegError `proof-invalid` */
export async function withAnyKey<T>(
  publicKeys: readonly string[],
  verify: (publicKey: string) => Promise<T>,
): Promise<T> {
  let failure: unknown
  for (const publicKey of publicKeys) {
    try {
      return await verify(publicKey)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** @throws StegError `proof-invalid` */
export async function verifyAssertion(
  assertion: string,
  agentId: string,
  publicKey: string,
  audience: string,
  clock: Clock,
): Promise<JWTPayload> {
  const { payload } = await asProof(async () =>
    jwtVerify(assertion, await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA'), {
      ...checks(clock),
      audience,
      issuer: agentId,
      subject: agentId,
    }),
  )
  return payload
}

/**
 * Who claims to have signed; nothing is believed before the signature has been checked with that agent's key.
 * @throws StegError `proof-invalid`
 */
export function claimedIssuer(jwt: string): string {
  try {
    return z.string().parse(decodeJwt(jwt).iss)
  } catch (error) {
    throw new StegError('proof-invalid', { reason: 'it names no agent' }, { cause: error })
  }
}

function checks(clock: Clock) {
  return {
    algorithms: ['EdDSA'],
    currentDate: new Date(clock.now()),
    clockTolerance: PROOF_TOLERANCE_SECONDS,
    maxTokenAge: PROOF_LIFETIME_SECONDS,
    requiredClaims: ['exp', 'iat', 'jti'],
  }
}

async function asProof<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify()
  } catch (error) {
    throw new StegError('proof-invalid', { reason: reasonOf(error) }, { cause: error })
  }
}
