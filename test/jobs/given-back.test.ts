import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { QUIET, RunGoesOn } from '../../functions/jobs/port.ts'
import { MAX_ATTEMPTS } from '../../functions/jobs/rules/run-state.ts'
import { StegError } from '../../shared/errors/error.ts'
import { jobsSite, TENANT } from './site.ts'

const MINUTE = 60_000

let site: ReturnType<typeof jobsSite>
beforeEach(() => {
  site = jobsSite()
})
afterEach(() => site.close())

describe('progress that survives', () => {
  it('is shown, and reaches the attempt after a dead worker', async () => {
    await site.addSubject('one')
    const saved: unknown[] = []
    site.behaveSubject(async (context) => {
      saved.push(context.saved)
      if (site.worked.length > 1) return { read: 1 }
      await context.progress({ done: 40, total: 100, saved: { at: 'b' } })
      return new Promise(() => undefined)
    })
    const run = await site.hub().start(TENANT, 'Mail', { subject: 'one' })
    const [message] = site.sent
    void site.hub().work(JSON.parse(Buffer.from(message?.body ?? '').toString()))
    await expect
      .poll(async () => (await site.hub().run(TENANT, 'Mail', run.id, 'one')).progress)
      .toEqual({ done: 40, total: 100 })
    site.clock.set(site.clock.now() + 31_000)
    await site.workAll()
    expect(saved).toEqual([undefined, { at: 'b' }])
  })

  it('reaches the next run of the subject after a failure, and is forgotten after a success', async () => {
    await site.addSubject('one', TENANT, null)
    const saved: unknown[] = []
    site.behaveSubject(async (context) => {
      saved.push(context.saved)
      if (saved.length === 1) {
        await context.progress({ done: 1, total: null, saved: [1] })
        throw new StegError('agent-missing', {})
      }
      return { read: 1 }
    })
    for (let n = 0; n < 3; n++) {
      await site.hub().notify(TENANT, 'Mail', 'one')
      await site.workAll()
    }
    expect(saved).toEqual([undefined, [1], undefined])
  })

  it('is not lost when the next run fails before it saves anything, nor by a dry run', async () => {
    await site.addSubject('one', TENANT, null)
    const saved: unknown[] = []
    site.behaveSubject(async (context) => {
      saved.push(context.saved)
      if (saved.length === 1) await context.progress({ done: 1, total: null, saved: 'half' })
      if (saved.length < 3) throw new StegError('agent-missing', {})
      return { read: 1 }
    })
    for (const dryRun of [false, false, true, false, false]) {
      await site.hub().start(TENANT, 'Mail', { subject: 'one', dryRun })
      await site.workAll()
    }
    expect(saved).toEqual([undefined, 'half', 'half', 'half', undefined])
  })

  it('takes a sequence on with its child, which works in parts', async () => {
    const SLICE = 4 * MINUTE
    site.behave(async (token, { saved, progress, mayGoOn }) => {
      if (token !== 'One') return
      const done = ((saved as number | undefined) ?? 0) + 1
      await progress({ done, total: 7, saved: done })
      site.clock.set(site.clock.now() + SLICE)
      expect(mayGoOn()).toBe(false)
      if (done < 7) throw new RunGoesOn()
    })
    const run = await site.hub().start(TENANT, 'Both')
    await site.workAll()
    expect(await site.hub().run(TENANT, 'Both', run.id)).toMatchObject({ state: 'succeeded', attempts: 8 })
    expect(site.worked.map(({ token }) => token)).toEqual([...Array(7).fill('One'), 'Two'])
  })

  it('takes a run on in a new message, as often as it gets on; parts are no failures', async () => {
    const parts = 3 * MAX_ATTEMPTS
    site.behave(async (_, { saved, progress }) => {
      const done = ((saved as number | undefined) ?? 0) + 1
      await progress({ done, total: parts, saved: done })
      if (done < parts) throw new RunGoesOn()
    })
    const run = await site.hub().start(TENANT, 'One')
    await site.workAll()
    expect(await site.hub().run(TENANT, 'One', run.id)).toMatchObject({
      state: 'succeeded',
      attempts: parts,
      progress: { done: parts, total: parts },
    })
    const { lines } = await site.hub().log.page(TENANT, run.id, { limit: 99 })
    expect(lines.map(({ code }) => code)).toEqual([...Array(parts).fill('started'), 'finished'])
    expect(lines.slice(0, -1).map(({ params }) => params.attempt)).toEqual(
      Array.from({ length: parts }, (_, n) => n + 1),
    )
  })

  it('does not take on for ever a run that saves nothing new', async () => {
    site.behave(async () => {
      throw new RunGoesOn()
    })
    const run = await site.hub().start(TENANT, 'One')
    await site.workAll()
    expect(await site.hub().run(TENANT, 'One', run.id)).toMatchObject({ error: { code: 'run-abandoned' } })
  })

  it('takes a subject on that began among others', async () => {
    await site.addSubjects(3)
    site.behaveSubject(async ({ subject, saved, progress }) => {
      if (subject !== 'box-1') return QUIET
      if (saved === 'half') return { read: 9 }
      await progress({ done: 1, total: 2, saved: 'half' })
      throw new RunGoesOn()
    })
    await site.passMinutes(5)
    expect(await site.runsOfSubject('box-1')).toMatchObject([{ state: 'succeeded', counts: { read: 9 } }])
    expect(await site.activeIds()).toEqual([])
  })
})

describe('a hub that ends', () => {
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new StegError('agent-missing', {})), { once: true }),
    )

  it('gives its runs back: they go on elsewhere and have not failed', async () => {
    site.behave((_, { signal }) => untilAborted(signal))
    const ending = site.hub()
    const run = await ending.start(TENANT, 'Both')
    const working = ending.work(site.message(run))
    site.sent.length = 0
    await expect.poll(() => site.worked.length).toBe(1)
    site.behave(async () => undefined)
    await ending.close()
    await working
    expect((await site.hub().run(TENANT, 'Both', run.id)).state).toBe('queued')
    await site.workAll(site.hub())
    expect(await site.hub().run(TENANT, 'Both', run.id)).toMatchObject({ state: 'succeeded' })
    expect(site.worked.map(({ token }) => token)).toEqual(['One', 'One', 'Two'])
  })

  it('gives back the subjects that it has not come to, and those at hand', async () => {
    const subjects = await site.addSubjects(20)
    site.behaveSubject(({ signal }) => untilAborted(signal))
    const ending = site.hub()
    site.clock.set(site.clock.now() + 5 * MINUTE)
    await ending.tick()
    const [message] = site.sent.splice(0)
    const working = ending.work(JSON.parse(Buffer.from(message?.body ?? '').toString()))
    await expect.poll(() => site.worked.length).toBe(4)
    await ending.close()
    await working
    site.worked.length = 0
    site.behaveSubject(async () => QUIET)
    await site.workAll(site.hub())
    expect(site.workedSubjects()).toEqual(subjects.sort())
    expect(await site.activeIds()).toEqual([])
  })
})
