import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRequestStore, type HeldRequest } from '../../../functions/hr/absences/request-store.ts'
import { TENANT } from '../job-site.ts'
import { absencesSite, leave } from './site.ts'

let site: ReturnType<typeof absencesSite>
beforeEach(() => {
  site = absencesSite()
})
afterEach(() => site.close())

describe('requests of one person', () => {
  const attempt = { number: 1, deadline: 1, settledAt: 2, seen: [] }
  const store = () => createRequestStore(site.store)
  const begin = (before: HeldRequest) => ({
    before,
    next: { ...before.value, state: 'sending' as const, attempt },
  })
  const end = (before: HeldRequest) => ({
    before,
    next: { ...before.value, state: 'requested' as const, attempt: undefined },
  })
  const lock = async () => (await site.store.get('LeaveRequests', TENANT, 'h~s000001-00000001'))?.values.id

  async function open(...ids: string[]): Promise<HeldRequest[]> {
    await site.service.accept(TENANT, [
      ...ids.map((id) => leave(id)),
      leave('other', { externalToken: '1_2' }),
    ])
    const all = new Map((await store().open(TENANT)).map((one) => [one.value.id, one]))
    return [...ids, 'other'].map((id) => all.get(id) ?? expect.fail(id))
  }

  it('one is sent at a time, whoever sends', async () => {
    const [a, b, other] = (await open('a', 'b')) as [HeldRequest, HeldRequest, HeldRequest]
    const [sent] = await store().change(TENANT, [begin(a)])
    expect(await lock()).toBe('a')
    await expect(store().change(TENANT, [begin(b)])).rejects.toMatchObject({ code: 'store-conflict' })
    await store().change(TENANT, [begin(other)])
    // The end of one and the beginning of the next are one change.
    const [, next] = await store().change(TENANT, [end(sent as HeldRequest), begin(b)])
    expect(await lock()).toBe('b')
    await store().change(TENANT, [end(next as HeldRequest)])
    expect(await lock()).toBeUndefined()
    expect((await store().open(TENANT)).map(({ value }) => [value.id, value.state]).sort()).toEqual([
      ['a', 'requested'],
      ['b', 'requested'],
      ['other', 'sending'],
    ])
  })

  it.each(['a', 'nobody'])(
    'a lock that a version without locks has left behind locks nobody out: %s',
    async (id) => {
      const [a, b] = (await open('a', 'b')) as [HeldRequest, HeldRequest]
      await store().change(TENANT, [end(a)])
      const row = { partition: TENANT, key: 'h~s000001-00000001', values: { id } }
      await site.store.put('LeaveRequests', row, { kind: 'any' })
      await store().change(TENANT, [begin(b)])
      expect(await lock()).toBe('b')
    },
  )

  it('a change that came too late is a conflict', async () => {
    const [a] = (await open('a')) as [HeldRequest]
    await store().change(TENANT, [begin(a)])
    await expect(store().change(TENANT, [begin(a)])).rejects.toMatchObject({ code: 'store-conflict' })
  })
})
