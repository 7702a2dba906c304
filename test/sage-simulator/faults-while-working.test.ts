import { describe, expect, test } from 'vitest'
import { booking, cookieOf, pageQuery, readKeys, sender, signedIn, started } from './portal.ts'

const places = 'Time/PlacesOfWork'
const employees = (skip: number, take: number) => `Employee/Employees?${pageQuery(skip, take)}`

describe('people who change while being paged', () => {
  test('rows removed: as many others are never seen', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    const before = await readKeys(send)
    control.addFault({ kind: 'rows-removed', rows: 2, count: 1 })
    const read = await readKeys(send, 50)
    expect(read).toHaveLength(106)
    const there = control.people().map(({ EmployeeKey }) => EmployeeKey.CombinedKey)
    expect(there).toHaveLength(106)
    expect(before.filter((key) => !there.includes(key))).toEqual(before.slice(48, 50))
    expect(there.filter((key) => !read.includes(key))).toEqual(before.slice(50, 52))
  })

  test('rows inserted: some are seen twice, the new ones never', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.addFault({ kind: 'rows-inserted', rows: 3, page: 2, count: 1 })
    const read = await readKeys(send, 50)
    expect(read).toHaveLength(111)
    expect(new Set(read).size).toBe(108)
    expect(control.people()).toHaveLength(111)
    expect(read).not.toContain(control.people()[0]?.EmployeeKey.CombinedKey)
  })

  test('one goes and one comes: Total stays and a row is missed all the same', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.setFaults([
      { kind: 'rows-removed', count: 1 },
      { kind: 'rows-inserted', count: 1 },
    ])
    const read = await readKeys(send, 50)
    expect([read.length, new Set(read).size, control.people().length]).toEqual([108, 108, 108])
    expect(control.people().some(({ EmployeeKey }) => !read.includes(EmployeeKey.CombinedKey))).toBe(true)
  })

  test('nothing changes for a caller who is not signed in, or on the first page', async () => {
    const { url, control } = await started()
    control.addFault({ kind: 'rows-removed' })
    await sender(url)('GET', employees(50, 50))
    await (await signedIn(url))('GET', employees(0, 50))
    expect(control.people()).toHaveLength(108)
  })
})

describe('sessions and slowness', () => {
  test('the session ends at the moment of a call, for good', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.addFault({ kind: 'session-expired', method: 'POST', path: 'Time/TimeEvents', count: 1 })
    expect((await send('GET', places)).status).toBe(200)
    expect((await send('POST', 'Time/TimeEvents', { body: booking })).status).toBe(401)
    expect((await send('GET', places)).status).toBe(401)
    expect(control.ledger()).toHaveLength(0)
    const again = await signedIn(url)
    expect((await again('POST', 'Time/TimeEvents', { body: booking })).status).toBe(200)
  })

  test('a sign-in does not use up a rule that ends sessions', async () => {
    const { url, control } = await started()
    control.addFault({ kind: 'session-expired', count: 1, after: 1 })
    const send = await signedIn(url)
    expect((await send('GET', places)).status).toBe(401)
  })

  test('a slow answer waits by the injected clock, before or after the commit', async () => {
    const waits: [ms: number, stored: number][] = []
    let stored = () => 0
    const clock = {
      now: () => Date.parse('2026-06-01T00:00:00Z'),
      sleep: async (ms: number) => void waits.push([ms, stored()]),
    }
    const { url, control } = await started({ clock })
    stored = () => control.ledger().length
    const send = await signedIn(url)
    control.setFaults([
      { kind: 'delay', ms: 5000, path: 'Time' },
      { kind: 'delay', ms: 200, method: 'POST' },
      { kind: 'delay', ms: 700, afterCommit: true },
    ])
    expect((await send('POST', 'Time/TimeEvents', { body: booking })).status).toBe(200)
    expect(waits).toEqual([
      [5200, 0],
      [700, 1],
    ])
  })

  test('closing ends a long wait, and nothing is stored', async () => {
    const simulator = await started()
    const send = await signedIn(simulator.url)
    simulator.control.addFault({ kind: 'delay', ms: 3_600_000 })
    const waiting = expect(send('POST', 'Time/TimeEvents', { body: booking })).rejects.toThrow('fetch failed')
    await expect.poll(() => simulator.control.faults()[0]?.hits).toBe(1)
    await simulator.close()
    await waiting
  })

  test('a call takes effect even when the caller has gone while waiting', async () => {
    const { url, control } = await started()
    control.addFault({ kind: 'delay', ms: 100, method: 'POST', path: 'Time' })
    const cookie = await cookieOf(url)
    const giveUp = new AbortController()
    const gone = expect(
      fetch(`${url}/Time/TimeEvents`, {
        method: 'POST',
        signal: giveUp.signal,
        headers: { 'Content-Type': 'application/json', Cookie: cookie },
        body: JSON.stringify(booking),
      }),
    ).rejects.toThrow('aborted')
    await expect.poll(() => control.faults()[0]?.hits).toBe(1)
    giveUp.abort()
    await gone
    await expect.poll(() => control.ledger()).toHaveLength(1)
  })
})
