import { mkdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { apiOf, contentOf } from './api.ts'
import { describeInBrowser } from './in-browser.ts'
import { layoutFaultsOf } from './layout.ts'
import { type Language, type PortalUnderTest, startPortal } from './portal.ts'

/** In CSS pixels; the last is what 200 % leave of a laptop's 1366. */
const widths = [1920, 1366, 1100, 900, 768, 390, 683] as const

/** A folder for pictures of all of it, to look at. */
const PICTURES = process.env.LAYOUT_PICTURES

describeInBrowser('every page with real data, at every width', () => {
  let portal: PortalUnderTest
  const addresses: Record<string, string> = {}

  beforeAll(async () => {
    portal = await startPortal(['--people', '60'])
    const api = apiOf(portal)
    const { items: people } = await contentOf(api.GET('/api/v1/people', { params: { query: { limit: 60 } } }))
    const tokens = people.map(({ externalToken }) => externalToken)
    const group = await contentOf(
      api.POST('/api/v1/groups', { body: { name: 'Frühschicht Fertigung Halle 3' } }),
    )
    await contentOf(
      api.POST('/api/v1/people/actions', {
        body: {
          action: { kind: 'add-group', group: group.id },
          people: { ids: people.slice(0, 12).map(({ id }) => id) },
        },
      }),
    )
    await contentOf(
      api.POST('/api/v1/bookings', {
        body: {
          items: [
            ...tokens.slice(0, 20).flatMap((externalToken, index) =>
              (['come', 'go'] as const).map((type) => ({
                id: `terminal-Eingang-Nord-${index}-${type}`,
                externalToken,
                type,
                time: `2026-11-2${index % 8}T${type === 'come' ? '07' : '16'}:1${index % 10}:00+01:00`,
              })),
            ),
            {
              id: 'unbekannt-1',
              externalToken: '9_99999',
              type: 'come' as const,
              time: '2026-11-20T08:00:00+01:00',
            },
          ],
        },
      }),
    )
    for (const [email, roles] of [
      ['katharina.schmidt-wallenstein@muster-verwaltung.example', ['admin', 'admin-app', 'admin-terminal']],
      ['empfang@muster.example', ['team']],
    ] as const) {
      await contentOf(
        api.POST('/api/v1/users', {
          body: { email, roles: [...roles], scope: { kind: 'everyone' }, language: 'de' },
        }),
      )
    }
    await contentOf(
      api.POST('/api/v1/api-tokens', {
        body: { name: 'Terminal Eingang Nord, Halle 3', roles: ['admin-terminal', 'admin-access-control'] },
      }),
    )
    await contentOf(
      api.POST('/api/v1/api-tokens', {
        body: {
          name: 'Nur eine Gruppe',
          roles: ['team'],
          scope: { people: tokens.slice(0, 3), groups: [group.id] },
        },
      }),
    )
    // One that is suspended, because that with which it was made is revoked.
    const maker = await contentOf(
      api.POST('/api/v1/api-tokens', { body: { name: 'Einrichtung', roles: ['admin'] } }),
    )
    const made = apiOf({ ...portal, demo: { ...portal.demo, tenantToken: maker.secret } })
    await contentOf(made.POST('/api/v1/api-tokens', { body: { name: 'Terminal Süd', roles: ['admin'] } }))
    await api.DELETE('/api/v1/api-tokens/{id}', { params: { path: { id: maker.id } } })
    await contentOf(api.POST('/api/v1/access-tokens', { body: { kind: 'agent-enrolment' } }))
    const { items: agents } = await contentOf(api.GET('/api/v1/agents'))
    const { items: runs } = await contentOf(
      api.GET('/api/v1/jobs/{token}/runs', { params: { path: { token: 'SysSageSyncPersonen' } } }),
    )
    Object.assign(addresses, {
      '/connectors/:id': `/connectors/${agents[0]?.id}`,
      '/people/:id': `/people/${people[0]?.id}`,
      '/jobs/:token/runs/:id': `/jobs/SysSageSyncPersonen/runs/${runs[0]?.id}`,
    })
  })
  afterAll(() => portal?.close())

  it.each([
    ['/', 'admin'],
    ['/variables', 'admin'],
    ['/connectors', 'admin'],
    ['/connectors/:id', 'admin'],
    ['/jobs', 'admin'],
    ['/jobs/SysSageSync', 'admin'],
    ['/jobs/:token/runs/:id', 'admin'],
    ['/people', 'admin'],
    ['/people/groups', 'admin'],
    ['/people/:id', 'admin'],
    ['/bookings', 'admin'],
    ['/users', 'admin'],
    ['/tokens', 'admin'],
    ['/audit', 'admin'],
    ['/licence', 'admin'],
    ['/help', 'admin'],
    ['/account', 'admin'],
    ['/tenants', 'operator'],
    ['/audit', 'operator'],
    ['/sign-in', 'nobody'],
  ] as const)('%s seen by %s can be read', async (address, as) => {
    const found: Record<string, readonly string[]> = {}
    for (const language of ['de', 'en'] as const satisfies readonly Language[]) {
      const page = await portal.open(addresses[address] ?? address, { as, language })
      await expect.poll(() => page.getByRole('progressbar').count()).toBe(0)
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 })
        await page.evaluate(
          () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
        )
        const faults = await layoutFaultsOf(page)
        if (faults.length > 0) found[`${language} at ${width}`] = faults
        if (PICTURES !== undefined) {
          await mkdir(`${PICTURES}/${language}`, { recursive: true })
          const name = `${address.replaceAll('/', '_').replaceAll(':', '')}-${as}-${width}`
          await page.screenshot({ path: `${PICTURES}/${language}/${name}.png` })
        }
      }
      await page.context().close()
    }
    expect(found).toEqual({})
  })
})
