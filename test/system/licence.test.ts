import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestPlatform } from './platform.ts'
import { type SageSite, startSageSite } from './sage-site.ts'
import { apiOf, runJob, type TestTenant } from './tenant.ts'

let site: SageSite
let platform: TestPlatform
let tenant: TestTenant

beforeAll(async () => {
  site = await startSageSite(20)
  ;({ platform, tenant } = site)
  await tenant.api('PUT', '/sage/profile', { timeEvents: { settleSeconds: 1 } })
  for (const job of ['SysSageSyncPersonen', 'SysSageSyncAbwesenheitsgruende']) {
    expect(await runJob(tenant.api, job)).toMatchObject({ state: 'succeeded' })
  }
})

afterAll(() => site?.close())

it('a licence that ends loses nothing: what was accepted in the trial still goes to Sage (A11)', async () => {
  const { api } = tenant
  const booking = (id: string, hour: number) => ({
    ...{ id, externalToken: '3_4', type: hour < 12 ? 'come' : 'go' },
    time: `2026-11-02T${String(hour).padStart(2, '0')}:00:00+01:00`,
  })
  // The schedule would hand it to Sage before the licence has ended.
  await api('PATCH', '/jobs/SysSageExportBuchungen', { schedule: null })
  expect((await api('POST', '/bookings', { items: [booking('kept', 8)] })).status).toBe(200)
  const leave = {
    id: 'leave',
    externalToken: '3_4',
    reasonId: 1,
    from: '2027-01-04',
    to: '2027-01-08',
  }
  expect((await api('POST', '/absences', { items: [leave] })).body.items).toMatchObject([
    { state: 'pending' },
  ])

  const off = { active: false }
  const nothing = { terminalConnection: off, mobileApp: off, accessControl: off }
  const operator = apiOf(platform.url, platform.operatorToken)
  expect((await operator('PUT', `/tenants/${tenant.id}/licence`, nothing)).status).toBe(200)
  const refused = await api('POST', '/bookings', { items: [booking('late', 16)] })
  expect(refused).toMatchObject({ status: 403, body: { code: 'article-inactive' } })

  expect(await runJob(api, 'SysSageExportBuchungen')).toMatchObject({ state: 'succeeded' })
  expect(await runJob(api, 'SysSageExportAntraege')).toMatchObject({ state: 'succeeded' })
  expect((await api('GET', '/bookings/kept')).body).toMatchObject({ state: 'exported', error: null })
  expect((await api('GET', '/absences/leave')).body.sageId).not.toBeNull()
  expect((await api('GET', '/bookings/late')).status).toBe(404)
})
