import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StegError } from '../../shared/errors/error.ts'
import { codeOf } from '../code-of.ts'
import { held, jobsSite, TENANT } from './site.ts'

let site: ReturnType<typeof jobsSite>
beforeEach(() => {
  site = jobsSite()
})
afterEach(() => site.close())

describe('runs (A6)', () => {
  it('are enqueued, not executed, by the call', async () => {
    const hub = site.hub()
    const run = await hub.start(TENANT, 'One')
    expect(run.state).toBe('queued')
    expect(site.worked).toHaveLength(0)
    expect(site.sent).toMatchObject([{ sessionId: `${TENANT}~One` }])
    expect((await hub.get(TENANT, 'One')).view.status).toBe('queued')
  })

  it('end with counts and a log', async () => {
    const hub = site.hub()
    const run = await hub.start(TENANT, 'One')
    await hub.work(site.message(run))
    expect(await hub.run(TENANT, 'One', run.id)).toMatchObject({ state: 'succeeded', counts: { read: 1 } })
    expect((await hub.get(TENANT, 'One')).view).toMatchObject({
      status: 'idle',
      lastRun: { state: 'succeeded' },
    })
    const { lines } = await hub.log.page(TENANT, run.id, { limit: 10 })
    expect(lines.map(({ code }) => code)).toEqual(['started', 'finished'])
  })

  it('are one at a time per job, also when many ask at once', async () => {
    const hubs = Array.from({ length: 8 }, () => site.hub())
    const outcomes = await Promise.all(hubs.map((hub) => codeOf(hub.start(TENANT, 'One'))))
    expect(outcomes.filter((code) => code === 'none')).toHaveLength(1)
    expect(outcomes.filter((code) => code === 'job-already-active')).toHaveLength(7)
    expect(site.sent).toHaveLength(1)
    expect(await codeOf(site.hub().start('tenant002', 'One'))).toBe('none')
  })

  it('can be started again after the end', async () => {
    const hub = site.hub()
    for (let round = 0; round < 3; round++) await hub.work(site.message(await hub.start(TENANT, 'One')))
    expect(site.worked).toHaveLength(3)
    const { runs } = await hub.history(TENANT, 'One', { limit: 10 })
    expect(runs.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  })

  it('fail with the reason of the failure', async () => {
    const hub = site.hub()
    site.behave(async () => {
      throw new StegError('sage-sign-in-rejected', { user: 'u' })
    })
    const run = await hub.start(TENANT, 'One')
    await hub.work(site.message(run))
    expect(await hub.run(TENANT, 'One', run.id)).toMatchObject({
      state: 'failed',
      error: { code: 'sage-sign-in-rejected', params: { user: 'u' } },
    })
  })

  it('that fail in a way nobody foresaw show a reference and nothing else', async () => {
    const hub = site.hub()
    site.behave(async () => {
      throw new Error('password=secret')
    })
    const run = await hub.start(TENANT, 'One')
    await hub.work(site.message(run))
    const failed = await hub.run(TENANT, 'One', run.id)
    expect(failed.error).toEqual({ code: 'internal-error', params: { reference: run.id } })
    expect(JSON.stringify(await hub.log.page(TENANT, run.id, { limit: 9 }))).not.toContain('secret')
  })

  it('that cannot be enqueued are failed and do not block the job', async () => {
    const hub = site.hub()
    site.bus.fail = true
    expect(await codeOf(hub.start(TENANT, 'One'))).toBe('bus-unavailable')
    site.bus.fail = false
    expect(await codeOf(hub.start(TENANT, 'One'))).toBe('none')
  })

  it('of unknown jobs are refused', async () => {
    expect(await codeOf(site.hub().start(TENANT, 'Nothing'))).toBe('not-found')
    expect(await codeOf(site.hub().run(TENANT, 'One', 'nothing'))).toBe('not-found')
  })
})

describe('messages of runs', () => {
  it('that come twice are worked once', async () => {
    const hub = site.hub()
    const message = site.message(await hub.start(TENANT, 'One'))
    await hub.work(message)
    await hub.work(message)
    expect(site.worked).toHaveLength(1)
  })

  it('that come while a living worker is at it are left to that worker', async () => {
    const hub = site.hub()
    const done = Promise.withResolvers<void>()
    site.behave(() => done.promise)
    const message = site.message(await hub.start(TENANT, 'One'))
    const first = hub.work(message)
    await site.clock.advance(1)
    const second = site.hub().work(message)
    for (let seconds = 0; seconds < 60; seconds++) await site.clock.advance(1_000)
    await second
    done.resolve()
    await first
    expect(site.worked).toHaveLength(1)
    expect((await hub.run(TENANT, 'One', message.runId)).state).toBe('succeeded')
  })

  it('of a worker that died are taken up again, and the dead one can do no harm when it wakes', async () => {
    const dead = site.hub()
    const wakes = Promise.withResolvers<void>()
    site.behave(() => wakes.promise)
    const message = site.message(await dead.start(TENANT, 'One'))
    // A worker that stands still: its clock stands still, too, so it renews nothing.
    const sleeper = dead.work(message)
    await site.clock.advance(0)
    site.clock.set(site.clock.now() + 21_000)
    site.behave(async () => undefined)
    await site.hub().work(message)
    expect(await dead.run(TENANT, 'One', message.runId)).toMatchObject({ state: 'succeeded', attempts: 2 })
    wakes.resolve()
    await sleeper
    expect(await dead.run(TENANT, 'One', message.runId)).toMatchObject({ state: 'succeeded', attempts: 2 })
    expect((await dead.get(TENANT, 'One')).view.status).toBe('idle')
  })

  it('are given up after several dead workers', async () => {
    const hub = site.hub()
    site.behave(() => new Promise(() => undefined))
    const message = site.message(await hub.start(TENANT, 'One'))
    for (let attempt = 0; attempt < 6; attempt++) {
      void site.hub().work(message)
      await site.clock.advance(0)
      site.clock.set(site.clock.now() + 21_000)
    }
    expect(await hub.run(TENANT, 'One', message.runId)).toMatchObject({
      state: 'failed',
      error: { code: 'run-abandoned', params: { attempts: 5 } },
    })
    expect((await hub.get(TENANT, 'One')).view.status).toBe('idle')
  })

  it('that were lost are sent again, and only those', async () => {
    const hub = site.hub()
    const run = await hub.start(TENANT, 'One')
    expect(await hub.recover()).toBe(0)
    site.clock.set(site.clock.now() + 91_000)
    expect(await hub.recover()).toBe(1)
    expect(await hub.recover()).toBe(0)
    expect(site.sent).toHaveLength(2)
    expect(new Set(site.sent.map(({ messageId }) => messageId)).size).toBe(2)
    await hub.work(site.message(run))
    site.clock.set(site.clock.now() + 91_000)
    expect(await hub.recover()).toBe(0)
  })
})

describe('stopping', () => {
  it('a queued run ends it at once', async () => {
    const hub = site.hub()
    const run = await hub.start(TENANT, 'One')
    expect((await hub.stop(TENANT, 'One', run.id)).state).toBe('stopped')
    await hub.work(site.message(run))
    expect(site.worked).toHaveLength(0)
    expect(await codeOf(hub.stop(TENANT, 'One', run.id))).toBe('run-not-active')
  })

  it('a running one takes seconds', async () => {
    const hub = site.hub()
    site.behave(
      (_, { signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        ),
    )
    const run = await hub.start(TENANT, 'One')
    const working = hub.work(site.message(run))
    await site.clock.advance(1_000)
    await site.hub().stop(TENANT, 'One', run.id)
    await site.clock.advance(4_000)
    await working
    expect(await hub.run(TENANT, 'One', run.id)).toMatchObject({
      state: 'stopped',
      error: { code: 'run-stopped' },
    })
  })
})

describe('held runs (F4)', () => {
  it('say how they are released, and the released run carries the approval', async () => {
    const hub = site.hub()
    site.behave(async (_, { approved }) => {
      if (approved !== 'these people') throw held()
    })
    const run = await hub.start(TENANT, 'One')
    await hub.work(site.message(run))
    const failed = await hub.run(TENANT, 'One', run.id)
    expect(failed).toMatchObject({
      state: 'failed',
      error: { code: 'deactivation-guard' },
      held: { count: 20 },
    })
    expect(StegError.fromRecord(failed.error as never).message).toContain(`/jobs/One/runs/${run.id}/release`)
    const released = await hub.release(TENANT, 'One', run.id)
    await hub.work(site.message(released))
    expect((await hub.run(TENANT, 'One', released.id)).state).toBe('succeeded')
    expect(await codeOf(hub.release(TENANT, 'One', released.id))).toBe('run-not-held')
  })
})

describe('sequences (A7 SysSageSync)', () => {
  it('run their children in order, each with a run of its own', async () => {
    const hub = site.hub()
    const run = await hub.start(TENANT, 'Both')
    await hub.work(site.message(run))
    expect(site.worked.map(({ token }) => token)).toEqual(['One', 'Two'])
    expect(await hub.run(TENANT, 'Both', run.id)).toMatchObject({ state: 'succeeded', counts: { jobs: 2 } })
    expect((await hub.history(TENANT, 'One', { limit: 5 })).runs).toMatchObject([
      { trigger: 'parent', state: 'succeeded' },
    ])
  })

  it('end at the first child that fails, with its reason', async () => {
    const hub = site.hub()
    site.behave(async (token) => {
      if (token === 'One') throw new StegError('agent-missing', {})
    })
    const run = await hub.start(TENANT, 'Both')
    await hub.work(site.message(run))
    expect(site.worked.map(({ token }) => token)).toEqual(['One'])
    expect(await hub.run(TENANT, 'Both', run.id)).toMatchObject({
      state: 'failed',
      error: { code: 'child-job-failed', params: { job: 'One' } },
    })
  })

  it('that were interrupted go on where they were', async () => {
    const dead = site.hub()
    site.behave((token) => (token === 'Two' ? new Promise(() => undefined) : Promise.resolve()))
    const run = await dead.start(TENANT, 'Both')
    void dead.work(site.message(run))
    await expect.poll(() => site.worked.length).toBe(2)
    site.clock.set(site.clock.now() + 21_000)
    site.behave(async () => undefined)
    const hub = site.hub()
    await hub.work(site.message(run))
    expect(await hub.run(TENANT, 'Both', run.id)).toMatchObject({ state: 'succeeded', attempts: 2 })
    expect(site.worked.map(({ token }) => token)).toEqual(['One', 'Two', 'Two'])
    for (const job of ['One', 'Two', 'Both']) expect((await hub.get(TENANT, job)).view.status).toBe('idle')
  })

  it('wait for a child that somebody else has just started', async () => {
    const hub = site.hub()
    const other = await hub.start(TENANT, 'One')
    const run = await hub.start(TENANT, 'Both')
    const working = hub.work(site.message(run))
    await site.clock.advance(3_000)
    expect(site.worked).toHaveLength(0)
    await hub.work(site.message(other))
    await site.clock.advance(3_000)
    await working
    expect((await hub.run(TENANT, 'Both', run.id)).state).toBe('succeeded')
  })
})

describe('settings of a job', () => {
  it('are kept, taken away, and guarded by the ETag', async () => {
    const hub = site.hub()
    await hub.edit(TENANT, 'One', { agentId: 'a', logLevel: 'error', position: 3 }, undefined)
    const { view, etag } = await hub.get(TENANT, 'One')
    expect(view).toMatchObject({ agentId: 'a', logLevel: 'error', position: 3 })
    await hub.edit(TENANT, 'One', { agentId: null }, etag)
    expect((await hub.get(TENANT, 'One')).view).toMatchObject({ agentId: undefined, logLevel: 'error' })
    expect(await codeOf(hub.edit(TENANT, 'One', { position: 4 }, etag))).toBe('store-conflict')
    const run = await hub.start(TENANT, 'One')
    await hub.work(site.message(run))
    expect(await hub.log.page(TENANT, run.id, { limit: 5 })).toMatchObject({ lines: [] })
    expect((await hub.list(TENANT)).map(({ token }) => token)).toEqual([
      'One',
      'Both',
      'SysSageExportBuchungen',
      'Two',
      'Undoable',
    ])
  })
})

describe('an edit at the same moment', () => {
  it('does not refuse a start', async () => {
    const hub = site.hub()
    const edits = Array.from({ length: 5 }, (_, position) => hub.edit(TENANT, 'One', { position }, undefined))
    const start = hub.start(TENANT, 'One')
    await Promise.allSettled(edits)
    expect((await start).state).toBe('queued')
  })
})
