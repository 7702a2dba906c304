import { type Clock, toIso } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import { type AgentCategory, WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import { EnrolmentRequest } from '../../shared/wire/enrolment.ts'
import { rolesOf } from '../../shared/wire/rules/roles.ts'
import { sealPublicKey } from '../../shared/wire/seal.ts'
import type { Hub } from '../connection/hub.ts'
import { proveForEnrolment } from '../connection/proof.ts'
import { OFFERED_FORMS } from '../relay/forms.ts'
import { parseBase } from '../relay/rules/address.ts'
import { secureFolder } from '../state/folder.ts'
import { createKey, createSealKey, readKey, readSealKey } from '../state/key.ts'
import { takeLock } from '../state/lock.ts'
import type { Enrolment, NetworkSettings, State } from '../state/state.ts'

export interface EnrolParts {
  readonly state: State
  readonly hub: Pick<Hub, 'enrol'>
  readonly hubUrl: string
  readonly token: string
  readonly name: string
  readonly host: string
  readonly version: string
  readonly category: AgentCategory
  /** Kinds of servers that it calls besides those of its category. */
  readonly furtherRoles?: readonly string[] | undefined
  /** Kept with the enrolment, so that the service needs no environment. */
  readonly network?: NetworkSettings | undefined
  readonly clock: Clock
}

/**
 * Enrols the agent. Its keys are durably stored before the token is spent, and the same keys are used again when an
 * enrolment that broke off is repeated; the folder counts as enrolled once the last file is written.
 * @throws StegError `already-enrolled`, `already-running`, `access-token-invalid`, and the hub's failures
 */
export async function enrol(parts: EnrolParts): Promise<Enrolment> {
  const { state } = parts
  await refuseSecond(state)
  await secureFolder(state.dir)
  const lock = await takeLock(state.lockFile)
  if (lock === undefined) throw new StegError('already-running', { dir: state.dir })
  try {
    // Another enrolment may have come first.
    await refuseSecond(state)
    return await enrolLocked(parts)
  } finally {
    lock.release()
  }
}

async function refuseSecond(state: State): Promise<void> {
  const present = await state.enrolment.read()
  if (present !== undefined) throw new StegError('already-enrolled', { dir: state.dir, agent: present.name })
}

async function enrolLocked(parts: EnrolParts): Promise<Enrolment> {
  const { state, token, name, host, version, category, clock } = parts
  if (!EnrolmentRequest.shape.token.safeParse(token).success) throw new StegError('access-token-invalid', {})
  const roles = [...new Set([...rolesOf({ category }), ...(parts.furtherRoles ?? [])])]
  const key = (await readKey(state.keyFile)) ?? (await createKey(state.keyFile, clock))
  const sealKey = (await readSealKey(state.sealKeyFile)) ?? (await createSealKey(state.sealKeyFile, clock))
  const answer = await parts.hub.enrol(async (now) => {
    const proof = await proveForEnrolment(key, sealPublicKey(sealKey), token, now)
    return { token, proof, name, host, version, wire: WIRE_VERSION, roles, forms: [...OFFERED_FORMS] }
  })
  const usable = Object.entries(answer.targets).filter(
    ([name, url]) => roles.includes(name) && parseBase(url) !== undefined,
  )
  await state.pins.write({ v: 1, pins: Object.fromEntries(usable) })
  const enrolment: Enrolment = {
    v: 1,
    hub: parts.hubUrl,
    agentId: answer.agentId,
    name: answer.name,
    tenant: answer.tenant,
    category,
    roles,
    enrolledAt: toIso(clock.now()),
    hubSealKey: answer.sealKey,
  }
  if (parts.network !== undefined) await state.network.write(parts.network)
  await state.enrolment.write(enrolment)
  return enrolment
}
