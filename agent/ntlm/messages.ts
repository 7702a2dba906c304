import { hmacMd5, ownerKey, prove, proveShort, utf16 } from './ntlmv2.ts'
import { AV, type AvPair, pairOf, parseAvPairs, withPair, writeAvPairs } from './target-info.ts'

/** The three messages of NTLM (MS-NLMP, 2.2.1), as they stand in the header fields of HTTP. */
const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1')
const NEGOTIATE = 1
const CHALLENGE = 2
const AUTHENTICATE = 3

/** MS-NLMP, 2.2.2.5: Unicode, target, NTLM, always sign, extended session security, target information. */
const FLAGS = 0x00000001 | 0x00000004 | 0x00000200 | 0x00008000 | 0x00080000 | 0x00800000
/** In MsvAvFlags: the message carries a MIC. */
const WITH_MIC = 2
const CHALLENGE_FIXED_BYTES = 48
const AUTHENTICATE_FIXED_BYTES = 88
const MIC_AT = 72
/** 100 ns from 1601 to 1970. */
const EPOCH_TICKS = 116_444_736_000_000_000n

export interface NtlmUser {
  readonly user: string
  readonly domain: string
  readonly password: string
}

/** `DOMAIN\user`, or a user whose domain is said beside it; `user@domain` is a name of its own. */
export function ntlmUser(credential: {
  readonly login: string
  readonly password: string
  readonly domain?: string | undefined
}): NtlmUser {
  const { login, password, domain } = credential
  const [, before, after] = /^([^\\]*)\\(.*)$/s.exec(login) ?? []
  if (before !== undefined && after !== undefined) return { user: after, domain: before, password }
  return { user: login, domain: domain ?? '', password }
}

export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(32)
  message.set(SIGNATURE)
  message.writeUInt32LE(NEGOTIATE, 8)
  message.writeUInt32LE(FLAGS >>> 0, 12)
  return message
}

interface Challenge {
  readonly serverChallenge: Buffer
  readonly targetInfo: readonly AvPair[]
}

/** @returns undefined when it is none, or of a server that knows NTLMv1 alone. */
function parseChallenge(message: Buffer): Challenge | undefined {
  if (message.length < CHALLENGE_FIXED_BYTES || !message.subarray(0, 8).equals(SIGNATURE)) return undefined
  if (message.readUInt32LE(8) !== CHALLENGE) return undefined
  const length = message.readUInt16LE(40)
  const offset = message.readUInt32LE(44)
  if (length === 0 || offset + length > message.length) return undefined
  const targetInfo = parseAvPairs(message.subarray(offset, offset + length))
  return targetInfo && { serverChallenge: message.subarray(24, 32), targetInfo }
}

export interface AnswerParts {
  readonly user: NtlmUser
  /** Name under which the server is called. */
  readonly host: string
  /** MD5 of what the TLS connection is bound to; without TLS undefined. */
  readonly channelBindings: Buffer | undefined
  /** 8 bytes nobody can foresee. */
  readonly clientChallenge: Uint8Array
  /** Milliseconds since the epoch, for servers that say no time. */
  readonly now: number
}

/** Answers a challenge. @returns undefined when the challenge cannot be read, or is not one for NTLMv2 */
export function authenticateMessage(challengeMessage: Buffer, parts: AnswerParts): Buffer | undefined {
  const challenge = parseChallenge(challengeMessage)
  if (challenge === undefined) return undefined
  const { user, domain, password } = parts.user
  const saidTime = pairOf(challenge.targetInfo, AV.timestamp)
  const proofParts = {
    serverChallenge: challenge.serverChallenge,
    clientChallenge: parts.clientChallenge,
    time: saidTime ?? ticksOf(parts.now),
    targetInfo: writeAvPairs(completed(challenge.targetInfo, saidTime !== undefined, parts)),
  }
  const key = ownerKey(user, domain, password)
  const { response, sessionKey } = prove(key, proofParts)
  const short = saidTime === undefined ? proveShort(key, proofParts) : Buffer.alloc(24)
  const message = assemble([short, response, utf16(domain), utf16(user), utf16('')])
  if (saidTime !== undefined) {
    hmacMd5(sessionKey, negotiateMessage(), challengeMessage, message).copy(message, MIC_AT)
  }
  return message
}

/** A server that says its time can check that nobody has changed the three messages (MS-NLMP, 3.1.5.1.2). */
function completed(
  said: readonly AvPair[],
  withMic: boolean,
  { host, channelBindings }: AnswerParts,
): readonly AvPair[] {
  let pairs = withPair(said, AV.targetName, utf16(`HTTP/${host}`))
  if (channelBindings !== undefined) pairs = withPair(pairs, AV.channelBindings, channelBindings)
  if (!withMic) return pairs
  const flags = Buffer.alloc(4)
  flags.writeUInt32LE((pairOf(said, AV.flags)?.readUInt32LE(0) ?? 0) | WITH_MIC)
  return withPair(pairs, AV.flags, flags)
}

/** Fields in the order of MS-NLMP, 2.2.1.3: LM response, NT response, domain, user, workstation; no session key. */
function assemble(fields: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(AUTHENTICATE_FIXED_BYTES)
  head.set(SIGNATURE)
  head.writeUInt32LE(AUTHENTICATE, 8)
  let offset = AUTHENTICATE_FIXED_BYTES
  for (const [index, field] of [...fields, Buffer.alloc(0)].entries()) {
    head.writeUInt16LE(field.length, 12 + 8 * index)
    head.writeUInt16LE(field.length, 14 + 8 * index)
    head.writeUInt32LE(offset, 16 + 8 * index)
    offset += field.length
  }
  head.writeUInt32LE(FLAGS >>> 0, 60)
  return Buffer.concat([head, ...fields])
}

function ticksOf(ms: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(Math.round(ms)) * 10_000n + EPOCH_TICKS)
  return bytes
}
