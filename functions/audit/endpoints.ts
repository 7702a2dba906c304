import { z } from 'zod'
import { toIso } from '../../shared/clock.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { PageQuery, pageOf } from '../http/paging.ts'
import { auditOutcomes, OPERATOR_RECORDS } from './port.ts'
import type { AuditRecord, AuditService } from './service.ts'

const Entry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    action: z.string().meta({ description: "The endpoint's id, or an event such as `signIn`. Stable." }),
    actor: z.object({
      kind: z.string().meta({ description: 'user, token, operator, agent or nobody.' }),
      id: z.string(),
      name: z.string(),
    }),
    address: z.string().meta({ description: 'Where it came from; empty when nobody knows.' }),
    target: z.string().nullable(),
    outcome: z.enum(auditOutcomes).meta({
      description:
        'done; refused: the right was missing; failed: it did not happen; begun: nobody knows what came of it.',
    }),
    fields: z.array(z.string()).meta({ description: 'Names of what was to be changed.' }),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .meta({ id: 'AuditEntry' })

const Time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional()
  .meta({ override: { type: 'string', format: 'date-time' } })

const Query = PageQuery.extend({
  from: Time,
  to: Time,
  actor: z.string().min(1).max(200).optional().meta({ description: 'The id, or a part of the name.' }),
  action: z.string().min(1).max(100).optional(),
  outcome: z.enum(auditOutcomes).optional(),
})
const Page = pageOf(Entry)

export function auditEndpoints(audit: AuditService): readonly Endpoint[] {
  async function page(tenantId: string, query: z.output<typeof Query>) {
    const { records, cursor } = await audit.list(tenantId, query)
    return { body: { items: records.map(shown), cursor: cursor ?? null } }
  }

  return [
    endpoint({
      id: 'listAudit',
      method: 'GET',
      path: '/audit',
      access: { right: 'audit:read' },
      tag: 'Audit',
      summary: 'List who changed what, when and from where, newest first',
      description:
        'From `from` on and before `to`. A page may hold fewer items than the limit, and still have a cursor.',
      query: Query,
      success: { status: 200, schema: Page },
      errors: [],
      handle: ({ tenantId, query }) => page(tenantId, query),
    }),
    endpoint({
      id: 'listOperatorAudit',
      method: 'GET',
      path: '/operator/audit',
      access: 'operator',
      tag: 'Audit',
      summary: 'List what the operator did that concerns no single tenant, newest first',
      query: Query,
      success: { status: 200, schema: Page },
      errors: [],
      handle: ({ query }) => page(OPERATOR_RECORDS, query),
    }),
  ]
}

function shown(record: AuditRecord): z.input<typeof Entry> {
  return { ...record, at: toIso(record.at), target: record.target ?? null }
}
