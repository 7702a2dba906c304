import { z } from 'zod'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import { PageQuery, pageOf } from '../../http/paging.ts'
import type { Balance, BalancesService } from './service.ts'

const PersonId = z.string().regex(/^s[0-9]{6}-[0-9]{8}$/, 'not the id of a person')
const KeyDate = z.iso
  .date()
  .optional()
  .meta({ description: 'The balances that held on this day, as far as they were read. Default: the newest.' })

const BalanceSchema = z
  .object({
    personId: z.string(),
    externalToken: z.string().meta({ description: 'Client and employee number in Sage, e.g. 3_4.' }),
    changedOn: z.iso
      .date()
      .nullable()
      .meta({ description: 'The day for which these figures were first read; null while nothing is known.' }),
    accounts: z.array(
      z.object({ id: z.int(), name: z.string(), minutes: z.int().meta({ description: 'May be negative.' }) }),
    ),
  })
  .meta({ id: 'Balance' })
const readThrough = z.iso
  .date()
  .nullable()
  .meta({ description: 'The day for which the balances of all people were last read.' })

const shown = (balance: Balance): z.input<typeof BalanceSchema> => ({
  ...balance,
  changedOn: balance.changedOn ?? null,
  accounts: [...balance.accounts],
})

export function balanceEndpoints(balances: BalancesService): readonly Endpoint[] {
  return [
    endpoint({
      id: 'getPersonBalances',
      method: 'GET',
      path: '/people/{id}/balances',
      access: { right: 'balances:read' },
      scope: 'observed',
      tag: 'Balances',
      summary: "Read one person's balances",
      params: z.object({ id: PersonId }),
      query: z.object({ keyDate: KeyDate }),
      success: { status: 200, schema: BalanceSchema.extend({ readThrough }).meta({ id: 'PersonBalance' }) },
      errors: ['not-found'],
      async handle({ tenantId, scope, params, query }) {
        const balance = await balances.ofPerson(tenantId, params.id, query.keyDate, scope)
        return { body: { ...shown(balance), readThrough: (await balances.readThrough(tenantId)) ?? null } }
      },
    }),
    endpoint({
      id: 'listBalances',
      method: 'GET',
      path: '/balances',
      access: { right: 'balances:read' },
      scope: 'observed',
      tag: 'Balances',
      summary: 'List the balances of all people',
      description:
        'A page may hold fewer items than the limit: people of whom nothing is known for the day are left out.',
      query: PageQuery.extend({
        keyDate: KeyDate,
        cursor: PersonId.optional().meta({ description: 'The cursor that the page before returned.' }),
      }),
      success: { status: 200, schema: pageOf(BalanceSchema).extend({ readThrough }) },
      errors: [],
      async handle({ tenantId, scope, query }) {
        const [page, through] = await Promise.all([
          balances.list(tenantId, query, scope),
          balances.readThrough(tenantId),
        ])
        return {
          body: {
            items: page.balances.map(shown),
            cursor: page.cursor ?? null,
            readThrough: through ?? null,
          },
        }
      },
    }),
  ]
}
