import { type Clock, toIso } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import {
  KEY_OVERLAP_MS,
  KEYS_CONFIRMATION_AUDIENCE,
  KEYS_OFFER_AUDIENCE,
  type KeysAccepted,
  type KeysConfirmation,
  type KeysConfirmed,
  type KeysOffer,
} from '../../shared/wire/keys.ts'
import type { Agents } from './agents.ts'
import type { createKeys } from './keys.ts'
import { claimedIssuer, verifyAssertion, verifyPossession } from './proof.ts'
import { type AgentRow, tenantOfAgent } from './rows.ts'

export interface KeyRotation {
  /** Takes new keys of an agent, not to be used yet. @throws StegError `proof-invalid`, `agent-revoked`, `agent-outdated` */
  offer(request: KeysOffer): Promise<KeysAccepted>
  /** The agent can use them: from now on they count, and the old ones for a while. @throws StegError as `offer` */
  confirm(request: KeysConfirmation): Promise<KeysConfirmed>
  /** The agent shall change its keys at its next session. @throws StegError `not-found`, `agent-revoked` */
  ask(tenantId: string, agentId: string): Promise<void>
}

type Found = { readonly tenantId: string; readonly row: AgentRow }

/** Change of keys without a moment in which hub and agent do not understand each other; each step is one write. */
export function createKeyRotation(parts: {
  readonly agents: Agents
  readonly clock: Clock
  readonly keys: Pick<ReturnType<typeof createKeys>, 'make'>
  readonly onChanged: (tenantId: string, agentId: string, row: AgentRow) => void
}): KeyRotation {
  const { agents, clock, onChanged } = parts

  /** Again when a heartbeat was written at the same moment. */
  async function change<T>(
    agentId: string,
    decide: (found: Found) => Promise<{ readonly row?: AgentRow; readonly answer: T }>,
  ): Promise<T> {
    for (;;) {
      const { tenantId, row: found } = await agents.claimed(agentId)
      const { row, answer } = await decide({ tenantId, row: found.value })
      if (row === undefined) return answer
      if (!(await agents.wasWritten(tenantId, agentId, row, { kind: 'match', etag: found.etag }))) continue
      onChanged(tenantId, agentId, row)
      return answer
    }
  }

  return {
    async offer({ assertion, possession }) {
      const agentId = claimedIssuer(assertion)
      const next = await verifyPossession(possession, agentId, clock)
      return change(agentId, async ({ tenantId, row }) => {
        const claims = await verifyAssertion(assertion, agentId, row.publicKey, KEYS_OFFER_AUDIENCE, clock)
        refuseRevoked(row)
        if (claims.key !== next.publicKey || claims.seal !== next.sealKey) {
          throw new StegError('proof-invalid', { reason: 'it vouches for other keys' })
        }
        const known = row.nextKeys
        // The answer got lost: the same keys get the same answer.
        if (known?.publicKey === next.publicKey && known.agent === next.sealKey) {
          return { answer: { sealKey: known.hub } }
        }
        const made = await parts.keys.make(tenantId, agentId, next.sealKey)
        const nextKeys = { ...made, publicKey: next.publicKey }
        return { row: { ...row, nextKeys }, answer: { sealKey: made.hub } }
      })
    },

    async confirm({ assertion }) {
      const agentId = claimedIssuer(assertion)
      return change(agentId, async ({ row }) => {
        const { nextKeys, seal } = row
        const verify = (key: string) =>
          verifyAssertion(assertion, agentId, key, KEYS_CONFIRMATION_AUDIENCE, clock)
        refuseRevoked(row)
        if (nextKeys === undefined || seal === undefined) {
          await verify(row.publicKey)
          return { answer: confirmed(row, clock.now()) }
        }
        await verify(nextKeys.publicKey)
        const now = clock.now()
        const { publicKey, ...nextSeal } = nextKeys
        const { nextKeys: _, rotationAskedAt: __, ...kept } = row
        const changed: AgentRow = {
          ...kept,
          publicKey,
          seal: nextSeal,
          keysSince: now,
          olderKeys: { ...seal, publicKey: row.publicKey, until: now + KEY_OVERLAP_MS },
        }
        return { row: changed, answer: confirmed(changed, now) }
      })
    },

    async ask(tenantId, agentId) {
      if (tenantOfAgent(agentId) !== tenantId) throw new StegError('not-found', { what: 'agent' })
      await agents.existing(tenantId, agentId)
      await change(agentId, async ({ row }) => {
        refuseRevoked(row)
        return { row: { ...row, rotationAskedAt: clock.now() }, answer: undefined }
      })
    },
  }
}

function confirmed(row: AgentRow, now: number): KeysConfirmed {
  return { keysSince: toIso(row.keysSince ?? row.createdAt), oldUntil: toIso(row.olderKeys?.until ?? now) }
}

function refuseRevoked(row: AgentRow): void {
  if (row.revokedAt !== undefined) throw new StegError('agent-revoked', { agent: row.name })
}
