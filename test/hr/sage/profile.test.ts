import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sageEndpoints } from '../../../functions/hr/sage/endpoints.ts'
import { SageProfile, SageProfileOverrides } from '../../../functions/hr/sage/profile.ts'
import { createSageService, type SageService } from '../../../functions/hr/sage/service.ts'
import { httpHandler } from '../../../functions/http/handler.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'

import { fakeClock } from '../../agent/fake-clock.ts'
import { knownCallers, plainSite, tenantWith } from '../../http/callers.ts'
import { fakeContext, fakeRequest } from '../../http/request.ts'

describe('what differs at an installation', () => {
  it.each([
    {},
    { list: {} },
    { list: { pageSize: 100 }, timeEvents: { settleSeconds: 5 } },
    { signIn: 'Auth', employees: { email: 'Mail.Work' }, timeZone: 'Europe/Vienna' },
  ])('holds what was written and nothing more: %j', (overrides) => {
    expect(SageProfileOverrides.parse(overrides)).toEqual(overrides)
  })

  it('may be any field of the profile', () => {
    const whole = SageProfile.parse({})
    expect(SageProfileOverrides.parse(whole)).toEqual(whole)
  })

  it.each([
    { unknown: 1 },
    { list: { unknown: 1 } },
    { list: { pageSize: 501 } },
    { employees: { path: 'a b' } },
    { timeZone: 'Berlin' },
    { signIn: null },
  ])('%j is refused', (wrong) => {
    expect(SageProfileOverrides.safeParse(wrong).success).toBe(false)
  })
})

describe('the profile over HTTP', () => {
  let store: ReturnType<typeof openSqliteStore>
  let sage: SageService
  const unused = () => Promise.reject(new Error('not used here'))

  beforeEach(() => {
    store = openSqliteStore({ file: ':memory:' })
    sage = createSageService({
      store,
      clock: fakeClock(),
      variables: { read: unused },
      connectors: { choose: unused },
      relay: { call: unused, isAlive: unused },
    })
  })
  afterEach(() => store.close())

  async function ask(id: 'getSageProfile' | 'setSageProfile', body?: unknown, ifMatch?: string) {
    const endpoint = sageEndpoints(sage, { get: unused }).find((one) => one.id === id)
    if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
    const request = fakeRequest({
      method: endpoint.method,
      headers: {
        authorization: 'Bearer 12345678',
        'content-type': 'application/json',
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const callers = knownCallers(() => tenantWith(['admin']))
    const answer = await httpHandler(endpoint, callers, plainSite)(request, fakeContext())
    const {
      status,
      headers,
      body: text,
    } = answer as {
      status: number
      headers: Record<string, string>
      body: string
    }
    return { status, etag: headers.ETag, body: JSON.parse(text) }
  }

  it('shows the defaults and no ETag as long as nothing was set', async () => {
    expect(await ask('getSageProfile')).toEqual({
      status: 200,
      etag: undefined,
      body: { profile: SageProfile.parse({}), overrides: {} },
    })
  })

  it('comes with an ETag, and a change in between is noticed', async () => {
    const overrides = { list: { pageSize: 100 } }
    const set = await ask('setSageProfile', overrides)
    expect(set).toMatchObject({ status: 200, body: { overrides, profile: { list: { pageSize: 100 } } } })
    expect(set.body.overrides).toEqual(overrides)
    const got = await ask('getSageProfile')
    expect(got).toEqual(set)
    expect(got.etag).toMatch(/^"/)

    const next = await ask('setSageProfile', { signIn: 'Auth' }, got.etag)
    expect(next.status).toBe(200)
    expect(next.etag).not.toBe(got.etag)
    const late = await ask('setSageProfile', {}, got.etag)
    expect(late).toMatchObject({ status: 412, body: { code: 'precondition-failed' } })
    expect((await ask('getSageProfile')).body.overrides).toEqual({ signIn: 'Auth' })
  })
})
