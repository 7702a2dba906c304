import { z } from 'zod'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import { PageQuery, pageOf } from '../../http/paging.ts'
import type { MasterDataService } from './service.ts'

const common = {
  id: z.int().meta({ description: 'The number that Sage knows it by.' }),
  active: z.boolean().meta({ description: 'False when Sage no longer lists it or has set it inactive.' }),
  updatedAt: z.iso.datetime(),
}
const AbsenceReason = z
  .object({
    ...common,
    name: z.string(),
    short: z.string().nullable(),
    color: z.string().nullable(),
    requestable: z.boolean().meta({ description: 'Whether an absence with this reason can be requested.' }),
  })
  .meta({ id: 'AbsenceReason' })
const AdditionalInput = z.object({ ...common, description: z.string() }).meta({ id: 'AdditionalInput' })
const PlaceOfWork = z.object({ ...common, name: z.string() }).meta({ id: 'PlaceOfWork' })

const query = PageQuery.extend({
  cursor: z
    .string()
    .regex(/^[0-9]{10}$/, 'not a cursor of this list')
    .optional()
    .meta({ description: 'The cursor that the page before returned.' }),
})

export function masterDataEndpoints(masterData: MasterDataService): readonly Endpoint[] {
  const shared = {
    method: 'GET',
    access: { right: 'masterdata:read' },
    scope: 'no-people',
    tag: 'Master data',
    query,
    errors: [],
  } as const
  return [
    endpoint({
      ...shared,
      id: 'listAbsenceReasons',
      path: '/absence-reasons',
      summary: 'List the reasons for absences',
      success: { status: 200, schema: pageOf(AbsenceReason) },
      async handle({ tenantId, query: page }) {
        const { entries, cursor } = await masterData.list(tenantId, 'absence-reason', page)
        const items = entries.map((entry) => ({
          ...entry,
          short: entry.short ?? null,
          color: entry.color ?? null,
        }))
        return { body: { items, cursor: cursor ?? null } }
      },
    }),
    endpoint({
      ...shared,
      id: 'listAdditionalInputs',
      path: '/additional-inputs',
      summary: 'List the additional inputs of bookings',
      success: { status: 200, schema: pageOf(AdditionalInput) },
      async handle({ tenantId, query: page }) {
        const { entries, cursor } = await masterData.list(tenantId, 'additional-input', page)
        return { body: { items: [...entries], cursor: cursor ?? null } }
      },
    }),
    endpoint({
      ...shared,
      id: 'listPlacesOfWork',
      path: '/places-of-work',
      summary: 'List the places of work',
      success: { status: 200, schema: pageOf(PlaceOfWork) },
      async handle({ tenantId, query: page }) {
        const { entries, cursor } = await masterData.list(tenantId, 'place-of-work', page)
        return { body: { items: [...entries], cursor: cursor ?? null } }
      },
    }),
  ]
}
