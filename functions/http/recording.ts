import { isStegError } from '../../shared/errors/error.ts'
import { type AuditEvent, type AuditTrail, OPERATOR_RECORDS } from '../audit/port.ts'
import type { Call, Endpoint, Reply } from './endpoint.ts'
import type { Client, Principal } from './principal.ts'

type AnyCall = Call<unknown, unknown, unknown>

/**
 * Handles a call and keeps who changed what. Reading is not recorded, but a sign-in is, whatever its method. A change
 * is recorded when it has happened, in one transaction before the answer; a sensitive one (`audit: 'ahead'`) is written
 * down before, and does not happen when that fails.
 */
export async function recorded(
  endpoint: Endpoint,
  call: AnyCall,
  audit: AuditTrail,
): Promise<Reply<unknown>> {
  const handle = () => endpoint.handle(call as never) as Promise<Reply<unknown>>
  if (endpoint.access === 'anyone') return withNamedActor(endpoint, await handle(), call, audit)
  if (endpoint.method === 'GET') return handle()
  const partition = partitionOf(call)
  const event = eventOf(endpoint, call)
  const finish = endpoint.audit === 'ahead' ? await audit.begin(partition, event) : undefined
  try {
    const reply = await handle()
    if (finish !== undefined) await finish('done', reply.audited)
    else await audit.record(partition, { ...event, details: reply.audited })
    return reply
  } catch (error) {
    const code = isStegError(error) ? error.code : 'internal-error'
    const outcome = isStegError(error) && error.status === 403 ? 'refused' : 'failed'
    if (finish !== undefined) await finish(outcome, { code })
    else if (outcome === 'refused') await audit.record(partition, { ...event, outcome, details: { code } })
    throw error
  }
}

/** Keeps that somebody tried to change what they may not. */
export async function recordRefusal(
  endpoint: Endpoint,
  principal: Principal,
  client: Client,
  params: Readonly<Record<string, string>>,
  audit: AuditTrail,
): Promise<void> {
  if (endpoint.method === 'GET') return
  await audit.record(principal.kind === 'tenant' ? principal.tenantId : OPERATOR_RECORDS, {
    action: endpoint.id,
    actor: principal.actor,
    address: client.address,
    target: targetOf(endpoint, params),
    outcome: 'refused',
  })
}

/** Where nobody is asked who they are, the handler says whom it found: an agent that enrolled, a user who signed in. */
async function withNamedActor(
  endpoint: Endpoint,
  reply: Reply<unknown>,
  { client }: AnyCall,
  audit: AuditTrail,
): Promise<Reply<unknown>> {
  if (reply.recordedAs !== undefined) {
    const { tenantId, actor } = reply.recordedAs
    const event = { action: endpoint.id, actor, address: client.address, outcome: 'done' as const }
    await audit.record(tenantId, { ...event, details: reply.audited })
  }
  return reply
}

/** What the operator does to a tenant is for that tenant to see. */
function partitionOf({ tenantId, params }: AnyCall): string {
  if (tenantId !== '') return tenantId
  const named = isRecord(params) ? params.tenantId : undefined
  return typeof named === 'string' ? named : OPERATOR_RECORDS
}

function eventOf(endpoint: Endpoint, { actor, client, params, body }: AnyCall): AuditEvent {
  return {
    action: endpoint.id,
    actor,
    address: client.address,
    target: targetOf(endpoint, isRecord(params) ? params : {}),
    outcome: 'done',
    fields: isRecord(body) ? Object.keys(body) : [],
  }
}

function targetOf({ path }: Endpoint, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name]
    return typeof value === 'string' ? value : whole
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
