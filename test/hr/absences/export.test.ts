import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codesOf, runOnce, TENANT } from '../job-site.ts'
import { Crash, type Fate } from '../sage-fates.ts'
import { absencesSite, leave } from './site.ts'

let site: ReturnType<typeof absencesSite>
beforeEach(() => {
  site = absencesSite()
})
afterEach(() => site.close())

const accept = (...items: ReturnType<typeof leave>[]) => site.service.accept(TENANT, items)
const stateOf = async (id: string) => (await site.service.get(TENANT, id)).state

describe('export (A7)', () => {
  it('without open requests does not call Sage', async () => {
    expect((await runOnce(site.job())).counts).toMatchObject({ exported: 0, open: 0 })
    expect(site.sage.connected).toBe(0)
  })

  it('reads once for each person, sends once for each request, and brings decisions back', async () => {
    await accept(
      leave('a'),
      leave('b', { from: '2027-02-01', to: '2027-02-02' }),
      leave('c', { externalToken: '1_2' }),
    )
    expect((await runOnce(site.job())).counts).toMatchObject({ exported: 3, open: 3 })
    expect(site.model.counts()).toEqual({ posts: 3, reads: 2 })
    site.model.decideAbsence(0, 'Approved')
    site.model.decideAbsence(0, 'Rejected')
    expect((await runOnce(site.job())).counts).toMatchObject({ approved: 1, rejected: 1, open: 1 })
    expect(site.model.counts()).toEqual({ posts: 3, reads: 4 })
    expect(new Set([await stateOf('a'), await stateOf('b'), await stateOf('c')])).toEqual(
      new Set(['approved', 'rejected', 'requested']),
    )
  })

  it('an overlap is refused for good, in the words of Sage', async () => {
    await accept(leave('a'))
    await runOnce(site.job())
    await accept(leave('b', { from: '2026-12-03', to: '2026-12-09' }))
    expect((await runOnce(site.job())).counts).toMatchObject({ refused: 1, exported: 0 })
    expect(await site.service.get(TENANT, 'b')).toMatchObject({
      state: 'refused',
      error: { params: { status: 409, reason: 'The absence overlaps another one.' } },
    })
    await runOnce(site.job())
    expect(site.model.counts().posts).toBe(2)
  })

  it.each<[Fate, number]>([
    ['cut-after', 1],
    ['indeterminate-after', 1],
    ['unavailable-after', 1],
    ['gateway-after', 1],
    ['html-after', 1],
    ['redirect-after', 1],
    ['no-id-after', 1],
    ['lost-after', 1],
    ['late', 1],
    ['late-in-sage', 1],
    ['cut-before', 2],
    ['indeterminate-before', 2],
    ['unavailable', 2],
    ['lost', 2],
    ['commit-late', 2],
    ['commit-very-late', 2],
    ['signed-out', 2],
  ])('%s: there once within the same run, after %i sendings', async (fault, posts) => {
    site.model.script([fault])
    await accept(leave('a'))
    expect((await runOnce(site.job())).counts).toMatchObject({ exported: 1, open: 1 })
    expect(site.model.absences).toHaveLength(1)
    expect(await stateOf('a')).toBe('requested')
    expect(site.model.counts().posts).toBe(posts)
  })

  it('reads back only when the deadline of the request has passed', async () => {
    site.model.script(['cut-before'])
    await accept(leave('a'))
    const before = site.clock.now()
    await runOnce(site.job())
    expect(site.clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(20_000)
    expect(site.clock.now() - before).toBeLessThan(60_000)
  })

  it('a request that is in doubt holds up its person, nobody else', async () => {
    site.model.script(['crash-after'])
    await accept(leave('a'), leave('b', { from: '2027-02-01', to: '2027-02-02' }))
    await expect(runOnce(site.job())).rejects.toBeInstanceOf(Crash)
    expect([await stateOf('a'), await stateOf('b')]).toEqual(['sending', 'pending'])
    site.restart()
    await accept(leave('c', { externalToken: '1_2' }))
    const { counts, log } = await runOnce(site.job())
    expect(counts).toMatchObject({ exported: 3 })
    expect(codesOf(log)).toContain('absence-found')
    expect(site.model.absences).toHaveLength(3)
  })

  it('an unreachable Sage ends the run, and the request stays pending', async () => {
    site.model.script(['unreachable'])
    await accept(leave('a'))
    await expect(runOnce(site.job())).rejects.toMatchObject({ code: 'target-unreachable' })
    expect(await stateOf('a')).toBe('pending')
  })

  it('doubt that stays ends the run with its reason, and the next one goes on', async () => {
    site.model.script(['unavailable', 'unavailable', 'unavailable', 'unavailable-after'])
    await accept(leave('a'))
    await expect(runOnce(site.job())).rejects.toMatchObject({ code: 'sage-unavailable' })
    expect(await stateOf('a')).toBe('sending')
    expect((await site.service.list(TENANT, { state: 'pending', limit: 9 })).requests).toHaveLength(1)
    await runOnce(site.job())
    expect(site.model.absences).toHaveLength(1)
    expect(await stateOf('a')).toBe('requested')
  })

  it('one person whose requests always fail keeps nobody else waiting', async () => {
    site.model.troubled.set(1, 'always-busy')
    const others = Array.from({ length: 8 }, (_, index) =>
      leave(`x${index}`, { externalToken: `1_${index + 2}` }),
    )
    await accept(leave('a'), ...others)
    await expect(runOnce(site.job())).rejects.toMatchObject({ code: 'sage-unavailable' })
    expect(site.model.absences).toHaveLength(8)
    expect(await stateOf('a')).toBe('sending')
  })

  it('after several failures in a row the others are not tried', async () => {
    for (const employee of [1, 2, 3, 4, 5, 6, 7, 8]) site.model.troubled.set(employee, 'always-busy')
    await accept(
      ...Array.from({ length: 9 }, (_, index) => leave(`x${index}`, { externalToken: `1_${index + 1}` })),
    )
    await expect(runOnce(site.job())).rejects.toMatchObject({ code: 'sage-unavailable' })
    expect(await stateOf('x8')).toBe('pending')
  })

  it('requests of somebody whom Sage does not know wait and say so', async () => {
    site.model.troubled.set(1, 'unknown')
    await accept(leave('a'), leave('b', { externalToken: '1_2' }))
    expect((await runOnce(site.job())).counts).toMatchObject({ exported: 1, failed: 1 })
    expect(await site.service.get(TENANT, 'a')).toMatchObject({
      state: 'pending',
      error: { code: 'absence-person-gone' },
    })
    site.model.troubled.clear()
    await runOnce(site.job())
    const { state, error } = await site.service.get(TENANT, 'a')
    expect([state, error]).toEqual(['requested', undefined])
  })

  it('what is deleted in Sage is shown as removed', async () => {
    await accept(leave('a'))
    await runOnce(site.job())
    site.model.removeAbsence(1)
    expect((await runOnce(site.job())).counts).toMatchObject({ removed: 1, open: 0 })
    expect(await stateOf('a')).toBe('removed')
  })

  it('a dry run names what would be sent and sends nothing', async () => {
    await accept(leave('a'))
    const { log } = await runOnce(site.job(), { dryRun: true })
    expect(codesOf(log)).toContain('absence-due')
    expect(site.model.counts().posts).toBe(0)
    expect(await stateOf('a')).toBe('pending')
  })

  it('a stop by hand ends it between two requests', async () => {
    const stop = new AbortController()
    await accept(leave('a'))
    stop.abort(new Error('stopped'))
    await expect(runOnce(site.job(), { signal: stop.signal })).rejects.toThrow('stopped')
    expect(await stateOf('a')).toBe('pending')
  })
})

describe('handing in', () => {
  it('a repeat changes nothing, other content is a conflict, each item has its own result', async () => {
    const first = await accept(
      leave('a'),
      leave('a'),
      leave('a', { comment: 'other' }),
      leave('b', { externalToken: '9_9' }),
      leave('c', { externalToken: 'x' }),
      leave('d', { reasonId: 2 }),
      leave('e', { reasonId: 3 }),
      leave('f', { reasonId: 4 }),
    )
    const shown = first.map((one) => ('error' in one ? one.error.code : one.request.state))
    expect(shown).toEqual([
      'pending',
      'pending',
      'absence-conflict',
      'absence-person-unknown',
      'absence-person-unknown',
      'absence-reason-unknown',
      'absence-reason-unknown',
      'absence-reason-unknown',
    ])
    expect(await accept(leave('a'))).toMatchObject([{ request: { state: 'pending' } }])
    expect(await accept(leave('a', { to: '2026-12-04' }))).toMatchObject([
      { error: { code: 'absence-conflict' } },
    ])
    expect((await site.service.list(TENANT, { limit: 9 })).requests).toHaveLength(1)
    await expect(site.service.get(TENANT, 'b')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('the same request from several senders at once is kept once', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => accept(leave('a'), leave('b'))))
    expect(results.flat().every((one) => 'request' in one)).toBe(true)
    expect((await site.service.list(TENANT, { limit: 9 })).requests.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('a hundred are kept together and listed in pages, by state in the order of receipt', async () => {
    const items = Array.from({ length: 100 }, (_, index) => leave(`x${99 - index}`))
    await accept(...items)
    for (const state of [undefined, 'pending'] as const) {
      const ids: string[] = []
      let cursor: string | undefined
      do {
        const page = await site.service.list(TENANT, { state, limit: 30, cursor })
        ids.push(...page.requests.map(({ id }) => id))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(ids).toHaveLength(100)
      expect(new Set(ids).size).toBe(100)
    }
    expect((await site.service.list(TENANT, { state: 'approved', limit: 30 })).requests).toEqual([])
  })
})
