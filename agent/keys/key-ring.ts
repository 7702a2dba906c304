import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { StegError } from '../../shared/errors/error.ts'
import { createPairing, makeSealKey, type Pairing } from '../../shared/wire/pairing.ts'
import type { AgentPairings } from '../../shared/wire/seal.ts'
import { type AgentKey, agentKeyOf, readKey, readSealKey } from '../state/key.ts'
import type { KeyFile } from '../state/key-file.ts'
import type { Enrolment, State } from '../state/state.ts'
import { type RotationEvent, type RotationState, transitions } from './rules/rotation.ts'

export interface KeyRing {
  state(): RotationState
  file(): KeyFile
  /** The key that signs now; its members change with the keys. */
  readonly signing: AgentKey
  pairings(): AgentPairings
  /** Goes one step further, durably. @throws StegError `state-unwritable`: then nothing has changed */
  step(event: RotationEvent, next: KeyFile): Promise<void>
}

/** @throws StegError `agent-outdated`, `state-unreadable` */
export async function openKeyRing(state: State, enrolment: Enrolment): Promise<KeyRing> {
  const stored = await state.keys.read()
  let file = stored ?? (await fromEnrolment(state, enrolment))
  let open = pairingsOf(file, enrolment)
  let key = agentKeyOf(createPrivateKey(file.current.sign))

  return {
    state: () => stateOf(file),
    file: () => file,
    signing: {
      get privateKey() {
        return key.privateKey
      },
      get publicJwk() {
        return key.publicJwk
      },
    },
    pairings: () => open,
    async step(event, next) {
      const expected = transitions[stateOf(file)][event]
      if (expected === undefined || stateOf(next) !== expected) {
        throw new Error(`keys cannot ${event} from ${stateOf(file)}`)
      }
      const opened = pairingsOf(next, enrolment)
      const signing = agentKeyOf(createPrivateKey(next.current.sign))
      await state.keys.write(next)
      file = next
      open = opened
      key = signing
      // From now on the file above counts; the private keys of the enrolment shall not outlive their use.
      if (event === 'expire')
        await Promise.all([state.keyFile, state.sealKeyFile].map((old) => rm(old, { force: true })))
    },
  }
}

/** New private keys, as they are stored. */
export function freshKeys(): { sign: string; seal: string } {
  return { sign: pemOf(generateKeyPairSync('ed25519').privateKey), seal: pemOf(makeSealKey()) }
}

function stateOf({ next, older }: KeyFile): RotationState {
  if (next !== undefined) return next.hub === undefined ? 'prepared' : 'accepted'
  return older === undefined ? 'settled' : 'overlapping'
}

function pairingsOf({ current, next, older }: KeyFile, { tenant, agentId }: Enrolment): AgentPairings {
  const pairing = (keys: { seal: string; hub: string }): Pairing =>
    createPairing({
      side: 'agent',
      tenantId: tenant.id,
      agentId,
      privateKey: createPrivateKey(keys.seal),
      peerKey: keys.hub,
    })
  const others: Pairing[] = []
  if (next?.hub !== undefined) others.push(pairing({ seal: next.seal, hub: next.hub }))
  if (older !== undefined) others.push(pairing(older))
  return { current: pairing(current), others }
}

async function fromEnrolment(state: State, enrolment: Enrolment): Promise<KeyFile> {
  const { hubSealKey, name, enrolledAt } = enrolment
  const key = await readKey(state.keyFile)
  if (key === undefined) throw missing(state.keyFile)
  if (hubSealKey === undefined) throw new StegError('agent-outdated', { agent: name })
  const seal = await readSealKey(state.sealKeyFile)
  if (seal === undefined) throw missing(state.sealKeyFile)
  return {
    v: 1,
    since: enrolledAt,
    current: { sign: pemOf(key.privateKey), seal: pemOf(seal), hub: hubSealKey },
  }
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function missing(file: string): StegError {
  return new StegError('state-unreadable', { file, reason: 'it is missing' })
}
