import { z } from 'zod'
import { endpoint } from '../../functions/http/endpoint.ts'
import type { LogTexts, RunContext } from '../../functions/jobs/port.ts'
import { defineTable } from '../../functions/platform/store/table.ts'
import type { Product } from '../../functions/products/port.ts'
import { addressProblem } from '../../functions/products/rules/values.ts'
import { variablesStep } from '../../functions/setup/rules/steps.ts'

/** A product that nobody has heard of: everything that one can hand over, in one file. */

const bedsTable = defineTable({
  name: 'GardenBeds',
  schema: z.object({ flower: z.string(), owner: z.string() }),
})

const lines = {
  'beds-planted': {
    about: 'nobody',
    en: '{count|# bed|# beds} planted.',
    de: '{count|# Beet|# Beete} bepflanzt.',
  },
  'bed-watered': { about: 'person', en: '{token}: {flower} watered.', de: '{token}: {flower} gegossen.' },
  'pump-says': { about: 'anybody', en: 'The pump says: {words}', de: 'Die Pumpe sagt: {words}' },
} as const satisfies LogTexts

const ADDRESS = 'Garden.PumpAddress'

export const gardens: Product = {
  name: 'gardens',
  tables: ['GardenBeds'],
  variables: [{ name: ADDRESS, confidential: false, editableByTenant: true, problem: addressProblem }],
  targets: [{ role: 'pump', address: ADDRESS }],
  texts: { lines, counts: { beds: { en: '{count|# bed|# beds}', de: '{count|# Beet|# Beete}' } } },
  needs: [{ endpoint: 'plantBed', by: ['token', 'user'], oneOf: ['mobileApp'] }],
  pages: ['gardens'],
  help: [],
  open({ store, variables }) {
    const beds = bedsTable.bind(store)
    const bedsOf = async (tenantId: string) => (await beds.query(tenantId)).rows
    return {
      jobs: [
        {
          token: 'GardenWater',
          category: 'Garden',
          position: 300,
          schedule: { cron: '0 6 * * *', timeZone: 'Europe/Berlin' },
          kind: 'work',
          async run({ tenantId, log }: RunContext<typeof lines>) {
            const planted = await bedsOf(tenantId)
            log('info', 'beds-planted', { count: planted.length })
            for (const { value } of planted) {
              log('info', 'bed-watered', { token: value.owner, flower: value.flower })
            }
            const { [ADDRESS]: address = 'nothing' } = await variables.read(tenantId, [ADDRESS])
            log('warning', 'pump-says', { words: `at ${address}: call Rosa` })
            return { beds: planted.length }
          },
        },
      ],
      endpoints: [
        endpoint({
          id: 'plantBed',
          method: 'POST',
          path: '/garden-beds',
          access: { right: 'jobs:write' },
          tag: 'Gardens',
          summary: 'Plant a bed',
          body: z.object({ id: z.string(), flower: z.string(), owner: z.string() }).meta({ id: 'NewBed' }),
          success: { status: 201, schema: z.object({ id: z.string() }).meta({ id: 'Bed' }) },
          errors: [],
          async handle({ tenantId, body: { id, ...bed } }) {
            await beds.put(tenantId, id, bed, { kind: 'any' })
            return { body: { id } }
          },
        }),
      ],
      events: {
        async soil({ tenantId, payload }) {
          const { bed } = z.object({ bed: z.string() }).parse(payload)
          await beds.put(tenantId, bed, { flower: 'none', owner: '1_1' }, { kind: 'any' })
        },
      },
      observe(share) {
        const planted = share(bedsOf)
        return {
          topics: [
            {
              name: 'gardens',
              tables: ['GardenBeds'],
              right: 'jobs:read',
              aboutEverybody: true,
              read: async (tenantId) => ({ data: { beds: (await planted(tenantId)).length } }),
            },
          ],
          setup: {
            steps: ['pump'],
            tables: ['GardenBeds'],
            next: {
              'set-variables': {
                title: { en: 'Set the pump up', de: 'Pumpe einrichten' },
                detail: { en: 'No value yet: {names}.', de: 'Noch kein Wert: {names}.' },
              },
            },
            schema: { figures: { beds: z.int() }, failures: { dryBeds: z.int() } },
            async read(tenantId) {
              return {
                figures: { beds: (await planted(tenantId)).length },
                failures: { dryBeds: 0 },
                judge: ({ variables: set, jobs }) => [
                  variablesStep(
                    'pump',
                    {
                      missing: set
                        .filter((one) => one.name === ADDRESS && !one.isSet)
                        .map(({ name }) => name),
                      changedAt: 0,
                      jobs,
                    },
                    new Set(),
                  ),
                ],
              }
            },
          },
        }
      },
    }
  },
}
