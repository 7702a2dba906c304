import { z } from 'zod'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { type Article, articleStates, articles, type Order, stateOf } from './rules/licence.ts'
import type { LicenceNow, LicensingService } from './service.ts'

const LastDay = z.iso
  .date()
  .nullable()
  .meta({ description: 'The last day on which it is active, in Europe/Berlin. Null: without end.' })

const Ordered = z.strictObject({ active: z.boolean(), validUntil: LastDay.default(null) })
const NewLicence = z
  .strictObject({ terminalConnection: Ordered, mobileApp: Ordered, accessControl: Ordered })
  .meta({ id: 'NewLicence' })

const State = z.object({
  state: z.enum(articleStates).meta({ description: 'ended: it was active, and its last day is over.' }),
  validUntil: LastDay,
})
const Licence = z
  .object({
    kind: z
      .enum(['trial', 'ordered'])
      .meta({ description: 'trial: everything for 30 days, until the operator sets what is ordered.' }),
    articles: z.object({ terminalConnection: State, mobileApp: State, accessControl: State }),
    changedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Licence' })

const OfTenant = z.object({ tenantId: z.string().regex(/^[0-9a-z]{8,20}$/) })

/** Which articles a tenant may use (A11). */
export function licensingEndpoints(licensing: LicensingService): readonly Endpoint[] {
  return [
    endpoint({
      id: 'getLicence',
      method: 'GET',
      path: '/licence',
      access: { right: 'licence:read' },
      scope: 'no-people',
      tag: 'Licence',
      summary: 'Read which articles are active',
      success: { status: 200, schema: Licence },
      errors: [],
      handle: async ({ tenantId }) => ({ body: toView(await licensing.get(tenantId)) }),
    }),
    endpoint({
      id: 'getTenantLicence',
      method: 'GET',
      path: '/tenants/{tenantId}/licence',
      access: 'operator',
      tag: 'Tenants',
      summary: 'Read which articles of a tenant are active',
      params: OfTenant,
      success: { status: 200, schema: Licence },
      errors: [],
      handle: async ({ params }) => ({ body: toView(await licensing.get(params.tenantId)) }),
    }),
    endpoint({
      id: 'setLicence',
      method: 'PUT',
      path: '/tenants/{tenantId}/licence',
      access: 'operator',
      audit: 'ahead',
      tag: 'Tenants',
      summary: 'Set which articles of a tenant are active, and until when',
      description:
        'Replaces what was set before, and ends the trial. Counts within a minute everywhere. Bookings and requests that were accepted go on to Sage in any case.',
      params: OfTenant,
      body: NewLicence,
      success: { status: 200, schema: Licence },
      errors: [],
      async handle({ params, body }) {
        const orders = {
          terminalConnection: toOrder(body.terminalConnection),
          mobileApp: toOrder(body.mobileApp),
          accessControl: toOrder(body.accessControl),
        }
        const audited = Object.fromEntries(articles.map((article) => [article, inWords(orders[article])]))
        return { body: toView(await licensing.set(params.tenantId, orders)), audited }
      },
    }),
  ]
}

function toOrder({ active, validUntil }: z.output<typeof Ordered>): Order {
  return { active, ...(validUntil === null ? {} : { validUntil }) }
}

function inWords({ active, validUntil }: Order): string {
  if (!active) return 'inactive'
  return validUntil === undefined ? 'active' : `active until ${validUntil}`
}

function toView({ kind, orders, changedAt, now }: LicenceNow): z.input<typeof Licence> {
  const state = (article: Article) => ({
    state: stateOf(orders[article], now),
    validUntil: orders[article].validUntil ?? null,
  })
  return {
    kind,
    articles: {
      terminalConnection: state('terminalConnection'),
      mobileApp: state('mobileApp'),
      accessControl: state('accessControl'),
    },
    changedAt: changedAt ?? null,
  }
}
