import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { QUIET } from '../../functions/jobs/port.ts'
import { countStore } from '../../functions/platform/store/counting.ts'
import { StegError } from '../../shared/errors/error.ts'
import { codeOf } from '../code-of.ts'
import { held, jobsSite, TENANT } from './site.ts'

const MINUTE = 60_000

let site: ReturnType<typeof jobsSite>
beforeEach(() => {
  site = jobsSite()
})
afterEach(() => site.close())

describe('subjects of a job', () => {
  it('are each due once in an interval, share messages, and leave a counter when nothing was to do', async () => {
    const all = await site.addSubjects(60)
    await site.passMinutes(5)
    expect(new Set(site.workedSubjects())).toEqual(new Set(all))
    expect(site.sent.length + site.queues.length).toBeLessThanOrEqual(6)
    let counted = 0
    for (const subject of all) {
      expect(await site.runsOfSubject(subject)).toEqual([])
      const { view } = await site.hub().get(TENANT, 'Mail', subject)
      expect(view).toMatchObject({ subject, status: 'idle', lastRun: undefined })
      counted += view.quiet?.count ?? 0
    }
    expect(counted).toBe(site.worked.length)
    // What is due within a second of a tick comes with it, so that one or two may have come twice.
    expect(counted - 60).toBeLessThan(3)
    await site.passMinutes(5)
    expect(site.worked.length - counted).toBe(60)
    expect(await site.dueEntries()).toHaveLength(60)
    expect(await site.activeIds()).toEqual([])
  })

  it('come in few messages, in two lanes of their tenant, on a queue of their own', async () => {
    await site.addSubjects(400)
    const hub = site.hub()
    site.clock.set(site.clock.now() + 5 * MINUTE)
    expect((await hub.tick()).started).toBe(400)
    expect(site.sent).toHaveLength(8)
    expect(new Set(site.sent.map(({ sessionId }) => sessionId)).size).toBe(2)
    expect(site.queues).toEqual(Array(8).fill('subjects'))
  })

  it('leave a row, history and log when they did something, failed or were held', async () => {
    await Promise.all(['did', 'failed', 'held', 'quiet'].map((subject) => site.addSubject(subject)))
    site.behaveSubject(async ({ subject, log }) => {
      log('info', 'people-read', { count: 1 })
      if (subject === 'failed') throw new StegError('agent-missing', {})
      if (subject === 'held') throw held()
      return subject === 'quiet' ? QUIET : { read: 2 }
    })
    await site.passMinutes(5)
    expect(await site.runsOfSubject('quiet')).toEqual([])
    const [did] = await site.runsOfSubject('did')
    expect(did).toMatchObject({
      subject: 'did',
      state: 'succeeded',
      trigger: 'schedule',
      counts: { read: 2 },
    })
    const log = await site.hub().log.page(TENANT, did?.id ?? '', { limit: 9 })
    expect(log.lines.map(({ code }) => code)).toEqual(['started', 'people-read', 'finished'])
    expect(await site.runsOfSubject('failed')).toMatchObject([
      { state: 'failed', error: { code: 'agent-missing' } },
    ])
    const [stopped] = await site.runsOfSubject('held')
    expect(stopped).toMatchObject({ state: 'failed', held: { count: 20 } })
    expect(await site.activeIds()).toEqual([])

    site.behaveSubject(async ({ approved }) => (approved === 'these people' ? { read: 3 } : QUIET))
    site.clock.set(site.clock.now() + 1)
    const released = await site.hub().release(TENANT, 'Mail', stopped?.id ?? '', 'held')
    await site.workAll()
    expect(await site.runsOfSubject('held')).toMatchObject([
      { id: released.id, trigger: 'release', state: 'succeeded' },
      { held: { decision: 'released' } },
    ])
  })

  it('run by hand in a session of their own, and then leave a row even when quiet', async () => {
    await site.addSubject('one')
    const run = await site.hub().start(TENANT, 'Mail', { subject: 'one' })
    expect(site.sent).toMatchObject([{ sessionId: `${TENANT}~runs` }])
    expect(await codeOf(site.hub().start(TENANT, 'Mail', { subject: 'one' }))).toBe('job-already-active')
    await site.workAll()
    expect(await site.hub().run(TENANT, 'Mail', run.id, 'one')).toMatchObject({
      subject: 'one',
      trigger: 'manual',
      state: 'succeeded',
    })
  })

  it('are undone from what they recorded, also when they began without a row', async () => {
    await site.addSubject('one')
    site.behaveSubject(async ({ record }) => {
      await record([{ id: 'x', before: null, after: 'y' }])
      return { read: 1 }
    })
    await site.passMinutes(5)
    const [run] = await site.runsOfSubject('one')
    await site.hub().undo(TENANT, 'Mail', run?.id ?? '', { subject: 'one' })
    await site.workAll()
    expect(site.undone).toMatchObject([{ context: { subject: 'one' }, changes: [{ id: 'x' }] }])
  })

  it('must be named for jobs that have them, must exist, and for other jobs not', async () => {
    const hub = site.hub()
    await site.addSubject('one')
    expect(await codeOf(hub.start(TENANT, 'Mail'))).toBe('not-found')
    expect(await codeOf(hub.start(TENANT, 'One', { subject: 'one' }))).toBe('not-found')
    expect(await codeOf(hub.start(TENANT, 'Mail', { subject: 'other' }))).toBe('not-found')
    expect(await codeOf(hub.edit(TENANT, 'Mail', {}, undefined, 'a/b'))).toBe('not-found')
    expect((await hub.list(TENANT)).map(({ token }) => token)).not.toContain('Mail')
    expect(await codeOf(hub.edit(TENANT, 'Mail', { schedule: { everySeconds: 59 } }, undefined, 'one'))).toBe(
      'interval-invalid',
    )
  })

  it('take agent and log level of their job where they do not say otherwise', async () => {
    await site.addSubject('one')
    await site.hub().edit(TENANT, 'Mail', { agentId: 'own' }, undefined, 'two')
    await site.store.put(
      'Jobs',
      { partition: TENANT, key: 'Mail', values: { agentId: 'ofJob' } },
      { kind: 'any' },
    )
    await site.hub().notify(TENANT, 'Mail', 'one')
    await site.hub().notify(TENANT, 'Mail', 'two')
    await site.workAll()
    expect(site.worked.map(({ context }) => context.agentId)).toEqual(['ofJob', 'own'])
  })
})

describe('the cost of subjects (F7)', () => {
  it('that are idle is at most 2.5 transactions and 0.1 message per due time', async () => {
    await site.addSubjects(50)
    const counted = countStore(site.store)
    const hub = site.hub(counted.store)
    await site.passMinutes(30, hub)
    const dueTimes = site.worked.length
    expect(dueTimes).toBeGreaterThanOrEqual(300)
    // A tick that finds nothing due reads 16 pages, for all tenants together.
    expect((counted.counts().transactions - 30 * 16) / dueTimes).toBeLessThan(1.5)
    expect(site.queues.length / dueTimes).toBeLessThanOrEqual(0.1)
  })

  it('does not depend on how many are not due', async () => {
    const costs: number[] = []
    for (const others of [0, 300]) {
      const own = jobsSite()
      const due = own.clock.now() + 5 * MINUTE
      await own.addSubjects(20)
      for (let n = 0; n < others; n++) {
        await own
          .hub()
          .edit('tenant002', 'Mail', { schedule: { everySeconds: 86_400 } }, undefined, `far-${n}`)
      }
      own.clock.set(due)
      const before = (await own.dueEntries()).filter((entry) => entry.startsWith('tenant002')).length
      const counted = countStore(own.store)
      expect((await own.hub(counted.store).tick()).started).toBeLessThan(30)
      expect(before).toBe(others)
      costs.push(counted.counts().transactions)
      own.close()
    }
    // One of the others may be due by chance, and costs what a single one does.
    expect((costs[1] ?? 0) - (costs[0] ?? 0)).toBeLessThan(10)
  })
})

describe('a subject that takes longer than its interval', () => {
  it('is followed at once by the next run, and never overlaps', async () => {
    await site.addSubject('one')
    const done = Promise.withResolvers<void>()
    site.behaveSubject(async () => {
      await done.promise
      return QUIET
    })
    site.clock.set(site.clock.now() + 5 * MINUTE)
    const hub = site.hub()
    await hub.tick()
    const working = site.workAll(hub)
    await site.clock.advance(1)
    for (let minute = 0; minute < 12; minute++) {
      await site.clock.advance(MINUTE)
      await hub.tick()
      expect(site.worked).toHaveLength(1)
    }
    // By now it has a row, so that somebody can see and stop it.
    expect(await site.runsOfSubject('one')).toMatchObject([{ state: 'running' }])
    site.behaveSubject(async () => QUIET)
    done.resolve()
    await working
    expect(site.worked).toHaveLength(2)
  })
})

describe('a subject of which somebody tells a change', () => {
  it('is due at once; many who tell come to one run', async () => {
    await site.addSubject('one', TENANT, null)
    const hubs = Array.from({ length: 10 }, () => site.hub())
    const told = await Promise.all(hubs.map((hub) => hub.notify(TENANT, 'Mail', 'one')))
    expect(told).toEqual(Array(10).fill(true))
    await site.workAll()
    expect(site.worked).toHaveLength(1)
    expect(await site.activeIds()).toEqual([])
  })

  it('while it is at work is due exactly once more', async () => {
    await site.addSubject('one', TENANT, null)
    const hub = site.hub()
    site.behaveSubject(async () => {
      for (let n = 0; n < 5 && site.worked.length === 1; n++) await hub.notify(TENANT, 'Mail', 'one')
      return QUIET
    })
    await hub.notify(TENANT, 'Mail', 'one')
    await site.workAll(hub)
    expect(site.worked).toHaveLength(2)
    expect(await site.subjectRow('one')).toMatchObject({ quiet: { count: 2 } })
  })

  it('while a run with a row is at work is due once more, too', async () => {
    await site.addSubject('one', TENANT, null)
    const hub = site.hub()
    site.behaveSubject(async ({ progress }) => {
      await progress({ done: 1, total: 2 })
      if (site.worked.length === 1) {
        await hub.notify(TENANT, 'Mail', 'one')
        await hub.notify(TENANT, 'Mail', 'one')
      }
      return { read: 1 }
    })
    await hub.notify(TENANT, 'Mail', 'one')
    await site.workAll(hub)
    expect((await site.runsOfSubject('one')).map(({ trigger }) => trigger)).toEqual([
      'notification',
      'notification',
    ])
  })

  it('costs little: one read while one waits, three transactions and a message otherwise', async () => {
    await site.addSubject('one', TENANT, null)
    const counted = countStore(site.store)
    const hub = site.hub(counted.store)
    await hub.notify(TENANT, 'Mail', 'one')
    expect([counted.counts().transactions, site.sent.length]).toEqual([3, 1])
    counted.reset()
    for (let n = 0; n < 10; n++) await hub.notify(TENANT, 'Mail', 'one')
    expect([counted.counts().transactions, site.sent.length]).toEqual([10, 1])
  })

  it('that is not there is left alone', async () => {
    expect(await site.hub().notify(TENANT, 'Mail', 'nobody')).toBe(false)
    expect(site.sent).toEqual([])
  })
})

describe('a subject that is taken out', () => {
  it('while it is due is not worked on, and leaves nothing behind', async () => {
    await site.addSubjects(3)
    site.clock.set(site.clock.now() + 5 * MINUTE)
    await site.hub().tick()
    await site.hub().remove(TENANT, 'Mail', 'box-1')
    await site.workAll()
    expect(site.workedSubjects()).toEqual(['box-0', 'box-2'])
    await site.passMinutes(20)
    expect((await site.dueEntries()).filter((entry) => entry.includes('box-1'))).toEqual([])
    expect(await site.subjectRow('box-1')).toBeUndefined()
  })

  it('while it is at work does not come back', async () => {
    await site.addSubjects(2)
    site.behaveSubject(async ({ subject = '' }) => {
      if (subject === 'box-1') await site.hub().remove(TENANT, 'Mail', subject)
      return { read: 1 }
    })
    await site.passMinutes(5)
    expect(await site.subjectRow('box-1')).toBeUndefined()
    expect(await site.runsOfSubject('box-0')).toHaveLength(1)
    site.clock.set(site.clock.now() + 5 * MINUTE)
    await site.hub().recover()
    expect(await site.activeIds()).toEqual([])
  })
})
