import { z } from 'zod'
import { toIso } from '../../shared/clock.ts'
import {
  EnrolmentRequest,
  EnrolmentResponse,
  SessionRequest,
  SessionResponse,
} from '../../shared/wire/enrolment.ts'
import { KeysAccepted, KeysConfirmation, KeysConfirmed, KeysOffer } from '../../shared/wire/keys.ts'
import { type Endpoint, endpoint, noBody } from '../http/endpoint.ts'
import { listOf } from '../http/paging.ts'
import { Id } from '../http/text.ts'
import { LastDay } from '../metrics/port.ts'
import { Agent, shownAgent } from './presentation.ts'
import { SiteName } from './rows.ts'
import type { ConnectorsService } from './service.ts'

const AccessToken = z
  .object({
    id: z.string(),
    kind: z.literal('agent-enrolment'),
    site: SiteName.nullable(),
    state: z.enum(['open', 'used', 'revoked', 'expired']),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    usedBy: z.string().nullable(),
  })
  .meta({ id: 'AccessToken' })

const ById = z.object({ id: Id })

const AgentDetails = Agent.extend({
  last24Hours: LastDay,
  queue: z.object({ waiting: z.int(), deadLetters: z.int() }).nullable().meta({
    description:
      'Calls on the queues of the agent and of its site at this moment; null when the broker does not tell.',
  }),
}).meta({ id: 'AgentDetails' })

/** What is known of an agent's work. */
export interface AgentInsight {
  readonly lastDay: (tenantId: string, agentId: string) => Promise<z.input<typeof LastDay>>
  readonly queue: (agentId: string) => Promise<{ waiting: number; deadLetters: number } | null>
}

export function connectorEndpoints(
  connectors: ConnectorsService,
  insight: AgentInsight,
): readonly Endpoint[] {
  return [
    endpoint({
      id: 'createAccessToken',
      method: 'POST',
      path: '/access-tokens',
      access: { right: 'agents:write' },
      audit: 'ahead',
      tag: 'Agents',
      summary: 'Create an access token (MAT) with which one agent enrols',
      description:
        'The secret is shown this once, lives seven days and can be used once. Agents for Sage that enrol with tokens ' +
        'of the same `site` share its work, and each takes over for the others; leave it out when there is one site.',
      body: z
        .strictObject({ kind: z.literal('agent-enrolment'), site: SiteName.optional() })
        .meta({ id: 'NewAccessToken' }),
      success: {
        status: 201,
        schema: z
          .object({ id: z.string(), secret: z.string(), expiresAt: z.iso.datetime() })
          .meta({ id: 'CreatedAccessToken' }),
      },
      errors: [],
      async handle({ tenantId, body }) {
        const created = await connectors.accessTokens.create(tenantId, body.site)
        return {
          audited: { id: created.id },
          body: { ...created, expiresAt: toIso(created.expiresAt) },
        }
      },
    }),
    endpoint({
      id: 'listAccessTokens',
      method: 'GET',
      path: '/access-tokens',
      access: { right: 'agents:read' },
      scope: 'no-people',
      tag: 'Agents',
      summary: 'List the access tokens, newest first, without their secrets',
      success: { status: 200, schema: listOf(AccessToken) },
      errors: [],
      async handle({ tenantId }) {
        const tokens = await connectors.accessTokens.list(tenantId)
        return {
          body: {
            items: tokens.map((token) => ({
              ...token,
              createdAt: toIso(token.createdAt),
              expiresAt: toIso(token.expiresAt),
            })),
          },
        }
      },
    }),
    endpoint({
      id: 'revokeAccessToken',
      method: 'DELETE',
      path: '/access-tokens/{id}',
      access: { right: 'agents:write' },
      audit: 'ahead',
      tag: 'Agents',
      summary: 'Revoke an access token',
      params: ById,
      success: { status: 204 },
      errors: ['not-found', 'store-conflict'],
      async handle({ tenantId, params }) {
        await connectors.accessTokens.revoke(tenantId, params.id)
        return noBody
      },
    }),
    endpoint({
      id: 'listAgents',
      method: 'GET',
      path: '/agents',
      access: { right: 'agents:read' },
      scope: 'no-people',
      tag: 'Agents',
      summary: 'List the agents with their status',
      success: { status: 200, schema: listOf(Agent) },
      errors: [],
      handle: async ({ tenantId }) => ({
        body: { items: (await connectors.list(tenantId)).map(shownAgent) },
      }),
    }),
    endpoint({
      id: 'getAgent',
      method: 'GET',
      path: '/agents/{id}',
      access: { right: 'agents:read' },
      scope: 'no-people',
      tag: 'Agents',
      summary: 'Read one agent, and what it has done in the last 24 hours',
      params: ById,
      success: { status: 200, schema: AgentDetails },
      errors: ['not-found'],
      async handle({ tenantId, params: { id } }) {
        const agent = shownAgent(await connectors.get(tenantId, id))
        const [last24Hours, queue] = await Promise.all([insight.lastDay(tenantId, id), insight.queue(id)])
        return { body: { ...agent, last24Hours, queue } }
      },
    }),
    endpoint({
      id: 'revokeAgent',
      method: 'DELETE',
      path: '/agents/{id}',
      access: { right: 'agents:write' },
      audit: 'ahead',
      tag: 'Agents',
      summary: 'Revoke an agent: it loses its queue at once and can never come back',
      params: ById,
      success: { status: 204 },
      errors: ['not-found', 'store-conflict', 'bus-unavailable'],
      async handle({ tenantId, params }) {
        await connectors.revoke(tenantId, params.id)
        return noBody
      },
    }),
    endpoint({
      id: 'rotateAgentKeys',
      method: 'POST',
      path: '/agents/{id}/key-rotation',
      access: { right: 'agents:write' },
      audit: 'ahead',
      tag: 'Agents',
      summary: 'Let an agent change its keys now; it does so by itself every 30 days',
      description:
        'Calls go on meanwhile. A connected agent does it at once, another one when it connects; `keysSince` of the ' +
        'agent then shows the new time. Within two hours of a change the next one waits for their end.',
      params: ById,
      success: { status: 202, schema: Agent },
      errors: ['not-found', 'agent-revoked'],
      async handle({ tenantId, params }) {
        await connectors.keys.ask(tenantId, params.id)
        return { body: shownAgent(await connectors.get(tenantId, params.id)) }
      },
    }),
    endpoint({
      id: 'offerAgentKeys',
      method: 'POST',
      path: '/agent/keys',
      access: 'anyone',
      tag: 'For agents',
      summary: 'Offer new keys of an agent, proven with its present and its new key',
      body: KeysOffer,
      success: { status: 201, schema: KeysAccepted },
      errors: ['proof-invalid', 'agent-revoked'],
      handle: async ({ body }) => ({ body: await connectors.keys.offer(body) }),
    }),
    endpoint({
      id: 'confirmAgentKeys',
      method: 'POST',
      path: '/agent/keys/confirmation',
      access: 'anyone',
      tag: 'For agents',
      summary: 'Begin to use the new keys of an agent; those before count for two more hours',
      body: KeysConfirmation,
      success: { status: 201, schema: KeysConfirmed },
      errors: ['proof-invalid', 'agent-revoked'],
      handle: async ({ body }) => ({ body: await connectors.keys.confirm(body) }),
    }),
    endpoint({
      id: 'enrolAgent',
      method: 'POST',
      path: '/agent/enrolments',
      access: 'anyone',
      tag: 'For agents',
      summary: 'Enrol an agent with an access token and a proof of its key',
      body: EnrolmentRequest,
      success: { status: 201, schema: EnrolmentResponse },
      errors: [
        'proof-invalid',
        'access-token-invalid',
        'agent-revoked',
        'agent-outdated',
        'bus-unavailable',
        'store-conflict',
      ],
      async handle({ body }) {
        const enrolled = await connectors.enrol(body)
        return {
          body: enrolled,
          recordedAs: {
            tenantId: enrolled.tenant.id,
            actor: { kind: 'agent', id: enrolled.agentId, name: body.name },
          },
          audited: { host: body.host, version: body.version },
        }
      },
    }),
    endpoint({
      id: 'openAgentSession',
      method: 'POST',
      path: '/agent/sessions',
      access: 'anyone',
      tag: 'For agents',
      summary: "Get rights to the agent's own queues for one hour",
      body: SessionRequest,
      success: { status: 201, schema: SessionResponse },
      errors: ['proof-invalid', 'agent-revoked', 'agent-outdated'],
      handle: async ({ body }) => ({ body: await connectors.openSession(body.assertion) }),
    }),
  ]
}
