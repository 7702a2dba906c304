import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { enrolling } from '../../functions/compose/enrolling.ts'
import { products } from '../../functions/compose/products.ts'
import { tablesOf } from '../../functions/compose/tables.ts'
import type { ConnectorsService } from '../../functions/connectors/service.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { isPortalAddress } from '../../functions/portal/rules/addresses.ts'
import type { House, Product } from '../../functions/products/port.ts'
import { silentLogger } from '../../shared/log.ts'
import { gardens } from './gardens.ts'

const all = [...products, gardens]
const store = openSqliteStore({ file: ':memory:' })
/** Opening puts together and asks nothing, so there need be nothing to ask. */
const open = (product: Product) => product.open({ store, variables: {} } as unknown as House)

describe.each(all.map((product) => [product.name, product] as const))('the product %s', (name, product) => {
  const opened = open(product)
  const observed = opened.observe((read) => read)

  it('names what is there', () => {
    const variables = product.variables.map((variable) => variable.name)
    for (const { address } of product.targets) expect(variables).toContain(address)
    const ids = opened.endpoints.map(({ id }) => id)
    for (const { endpoint } of product.needs) expect(ids).toContain(endpoint)
    const jobs = opened.jobs.map(({ token }) => token)
    for (const job of opened.jobs) {
      if (job.kind === 'sequence') expect(jobs).toEqual(expect.arrayContaining([...job.children]))
    }
    for (const document of product.help) {
      expect(existsSync(`docs/${document}.md`) && existsSync(`docs/de/${document}.md`), document).toBe(true)
    }
    for (const { tables } of [...observed.topics, ...(observed.setup ? [observed.setup] : [])])
      expect(tablesOf(all)).toEqual(
        expect.arrayContaining(tables.map((one) => (typeof one === 'string' ? one : one.table))),
      )
  })

  it('has pages whose addresses are its own', () => {
    for (const page of product.pages) expect(isPortalAddress(`/${page}`, []), page).toBe(false)
  })

  it('has topics whose names streams can carry', () => {
    for (const topic of observed.topics) expect(topic.name).toMatch(/^[a-z]{2,10}$/)
  })

  it('says what to do next in both languages', () => {
    for (const { title, detail } of Object.values(observed.setup?.next ?? {})) {
      expect(title.de).not.toBe('')
      expect(title.en).not.toBe(title.de)
      const names = (text: string) => [...new Set(text.match(/\{\w+/g))].sort()
      expect(names(detail.de)).toEqual(names(detail.en))
    }
  })

  it('is called as its folder', () => {
    if (product !== gardens) expect(existsSync(`functions/${name}/product.ts`)).toBe(true)
  })
})

it('products share no name with each other', () => {
  const lists: Readonly<Record<string, readonly string[]>> = {
    products: all.map(({ name }) => name),
    tables: tablesOf(all),
    variables: all.flatMap(({ variables }) => variables.map(({ name }) => name)),
    roles: all.flatMap(({ targets }) => targets.map(({ role }) => role)),
    pages: all.flatMap(({ pages }) => pages),
    jobs: all.flatMap((product) => open(product).jobs.map(({ token }) => token)),
    endpoints: all.flatMap((product) => open(product).endpoints.map(({ id }) => id)),
    topics: all.flatMap((product) =>
      open(product)
        .observe((read) => read)
        .topics.map(({ name }) => name),
    ),
    steps: all.flatMap((product) => open(product).observe((read) => read).setup?.steps ?? []),
  }
  for (const [list, names] of Object.entries(lists)) expect([...new Set(names)], list).toEqual(names)
  expect(all.filter((product) => open(product).people !== undefined)).toHaveLength(1)
})

it.each([
  ['sage', ['One']],
  ['none', undefined],
] as const)(
  'an agent that serves %s gives its tenant the schedules of those jobs: %j',
  async (category, jobs) => {
    const applied: unknown[] = []
    const connectors = enrolling(
      { enrol: async () => ({ tenant: { id: 't' } }), keys: {} } as unknown as ConnectorsService,
      {
        jobs: { applyDefaultSchedules: async (...call) => void applied.push(call) },
        jobsWith: (role) => (role === 'sage' ? ['One'] : []),
        relay: { renew: async () => undefined } as never,
        log: silentLogger,
      },
    )
    await connectors.enrol({ roles: category === 'none' ? [] : [category] } as never)
    expect(applied).toEqual(jobs === undefined ? [] : [['t', jobs]])
  },
)
