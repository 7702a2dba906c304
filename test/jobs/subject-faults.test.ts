import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QUIET } from '../../functions/jobs/port.ts'
import { activeRunsTable } from '../../functions/jobs/rows.ts'
import { phaseOf } from '../../functions/jobs/rules/interval.ts'
import { rowOf, spreadOf } from '../../functions/jobs/rules/job-key.ts'
import type { SubjectsMessage } from '../../functions/jobs/starting.ts'
import { settle } from '../agent/fake-clock.ts'
import { type Death, dyingStore } from './failing-store.ts'
import { continueHealthy, jobsSite, TENANT } from './site.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const HOURLY = { everySeconds: 3600 }
const tenants = [TENANT, 'tenant002']
const deaths: readonly Death[] = ['before', 'after']

type Site = ReturnType<typeof jobsSite>

/** Subjects that are due once within an hour and the minutes after it. */
const subjectsOf = (tenantId: string) =>
  Array.from({ length: 40 }, (_, n) => `box-${n}`)
    .filter((subject) => phaseOf(spreadOf({ tenantId, job: 'Mail', subject }), HOUR) > 15 * MINUTE)
    .slice(0, 2)

async function siteWithDueSubjects(): Promise<Site> {
  const site = jobsSite()
  for (const tenantId of tenants) {
    for (const subject of subjectsOf(tenantId)) {
      await site.hub().edit(tenantId, 'Mail', { schedule: HOURLY }, undefined, subject)
    }
  }
  site.clock.set(site.clock.now() + HOUR)
  return site
}

/** Every subject idle, with the one entry that its row names, and nothing under way. */
async function expectSettled(site: Site, what: string): Promise<void> {
  const named: string[] = []
  for (const tenantId of tenants) {
    for (const subject of subjectsOf(tenantId)) {
      const row = await site.subjectRow(subject, tenantId)
      expect([row?.pending, row?.lease, row?.activeRun, row?.again], what).toEqual(Array(4).fill(undefined))
      named.push(`${tenantId} Mail/${subject} ${new Date(row?.nextRun ?? 0).toISOString()}`)
    }
  }
  expect(await site.dueEntries(), what).toEqual(named.sort())
  expect(await site.activeIds(), what).toEqual([])
}

const everySubject = tenants.flatMap((tenantId) => subjectsOf(tenantId).map((one) => `${tenantId} ${one}`))
const worked = (site: Site) =>
  site.worked.map(({ context }) => `${context.tenantId} ${context.subject}`).sort()
const messageOf = (body: Uint8Array | undefined) => JSON.parse(Buffer.from(body ?? '').toString())

describe('a tick with due subjects that is killed', () => {
  it.each(deaths)('%s any store operation leaves each with exactly one run', async (death) => {
    for (let n = 1; ; n++) {
      const site = await siteWithDueSubjects()
      const dying = dyingStore(site.store, n, death)
      await site
        .hub(dying.store)
        .tick()
        .catch(() => undefined)
      await continueHealthy(site, 6)
      expect(worked(site), `killed ${death} operation ${n}`).toEqual([...everySubject].sort())
      await expectSettled(site, `killed ${death} operation ${n}`)
      site.close()
      if (dying.operations() < n) {
        expect(n).toBeGreaterThan(15)
        break
      }
    }
  })

  it.each(deaths)('%s any operation, while four other hubs tick, too', async (death) => {
    for (let n = 1; ; n++) {
      const site = await siteWithDueSubjects()
      const dying = dyingStore(site.store, n, death)
      const hubs = [dying.store, ...Array(4).fill(site.store)].map((store) => site.hub(store))
      await Promise.allSettled(hubs.map((hub) => hub.tick()))
      await continueHealthy(site, 6)
      expect(worked(site), `killed ${death} operation ${n}`).toEqual([...everySubject].sort())
      await expectSettled(site, `killed ${death} operation ${n}`)
      site.close()
      if (dying.operations() < n) break
    }
  })
})

describe('five hubs', () => {
  it('that tick at once bring each subject to a worker once', async () => {
    const site = await siteWithDueSubjects()
    const ticks = await Promise.all(Array.from({ length: 5 }, () => site.hub().tick()))
    expect(ticks.reduce((sum, { started }) => sum + started, 0)).toBe(everySubject.length)
    await continueHealthy(site, 6)
    expect(worked(site)).toEqual([...everySubject].sort())
    await expectSettled(site, 'five hubs')
    site.close()
  })

  it('that get the same message work on each subject once', async () => {
    const site = await siteWithDueSubjects()
    await site.hub().tick()
    const messages = site.sent.splice(0).map(({ body }) => messageOf(body))
    const works = messages.flatMap((message) => Array.from({ length: 5 }, () => site.hub().work(message)))
    await allEnded(site, works)
    expect(worked(site)).toEqual([...everySubject].sort())
    await expectSettled(site, 'one message five times')
    for (const message of messages) await site.hub().work(message)
    expect(site.worked).toHaveLength(everySubject.length)
    site.close()
  })
})

describe('a worker with subjects that is killed', () => {
  const behaviours = {
    quiet: async () => QUIET,
    'doing something': async () => ({ read: 1 }),
    'recording first': async ({ record }) => {
      await record([{ id: 'x', before: null, after: 'y' }])
      return { read: 1 }
    },
  } satisfies Record<string, Parameters<Site['behaveSubject']>[0]>

  it.each(Object.keys(behaviours).flatMap((what) => deaths.map((death) => [what, death] as const)))(
    '%s, %s any store operation, loses none and leaves one result of each',
    async (what, death) => {
      for (let n = 1; ; n++) {
        const site = await siteWithDueSubjects()
        site.behaveSubject(behaviours[what as keyof typeof behaviours])
        await site.hub().tick()
        const messages = site.sent.splice(0)
        const dying = dyingStore(site.store, n, death)
        for (const { body } of messages) {
          await site
            .hub(dying.store)
            .work(messageOf(body))
            .catch(() => undefined)
        }
        // The queue's lock ends, and the messages come again.
        site.clock.set(site.clock.now() + 31_000)
        site.sent.push(...messages)
        await site.workAll()
        await continueHealthy(site, 8)
        const message = `${what}, killed ${death} operation ${n}`
        expect(new Set(worked(site)), message).toEqual(new Set(everySubject))
        await expectSettled(site, message)
        for (const tenantId of tenants) {
          for (const subject of subjectsOf(tenantId)) {
            const { runs } = await site.hub().history(tenantId, 'Mail', { limit: 9, subject })
            const quiet = (await site.subjectRow(subject, tenantId))?.quiet?.count ?? 0
            const states = runs.map(({ state }) => state)
            expect([quiet, states], message).toEqual(what === 'quiet' ? [1, []] : [0, ['succeeded']])
          }
        }
        site.close()
        if (dying.operations() < n) {
          expect(n).toBeGreaterThan(8)
          break
        }
      }
    },
  )

  it('between the subjects of a message, whose message is lost, too, loses none', async () => {
    const site = await siteWithDueSubjects()
    const hub = site.hub()
    await hub.tick()
    site.behaveSubject(() => new Promise(() => undefined))
    for (const { body } of site.sent.splice(0)) void hub.work(messageOf(body))
    await expect.poll(() => site.worked.length).toBe(everySubject.length)
    site.behaveSubject(async () => QUIET)
    await continueHealthy(site, 6)
    expect(new Set(worked(site))).toEqual(new Set(everySubject))
    await expectSettled(site, 'lost with its message')
    site.close()
  })
})

describe('a poison subject', () => {
  it('that fails does not stop the others', async () => {
    const site = await siteWithDueSubjects()
    const [bad] = subjectsOf(TENANT)
    site.behaveSubject(async ({ subject }) => {
      if (subject === bad) throw new Error('poison')
      return QUIET
    })
    await site.hub().tick()
    await site.workAll()
    expect(worked(site)).toEqual([...everySubject].sort())
    await expectSettled(site, 'poison')
    site.close()
  })

  it('that kills its worker each time comes last, is given up, and its schedule goes on', async () => {
    const site = jobsSite()
    const all = Array.from({ length: 12 }, (_, n) => `box-${n}`)
    for (const subject of all) await site.hub().edit(TENANT, 'Mail', { schedule: HOURLY }, undefined, subject)
    const due = site.clock.now() + HOUR
    site.clock.set(due)
    await site.hub().tick()
    const [sent] = site.sent.splice(0)
    const message: SubjectsMessage = messageOf(sent?.body)
    const bad = message.subjects[0]
    for (let delivery = 0; delivery < 7; delivery++) {
      const death = Promise.withResolvers<void>()
      let dead = false
      const mortal = { ...site.store }
      for (const operation of ['get', 'put', 'delete', 'query', 'batch'] as const) {
        mortal[operation] = ((...call: never[]) =>
          dead
            ? new Promise(() => undefined)
            : (site.store[operation] as (...all: never[]) => unknown)(...call)) as never
      }
      site.behaveSubject(async ({ subject }) => {
        if (subject !== bad) return QUIET
        dead = true
        death.resolve()
        return new Promise(() => undefined)
      })
      await Promise.race([site.hub(mortal).work(message), death.promise])
      site.clock.set(site.clock.now() + 31_000)
    }
    const byBad = site.worked.filter(({ context }) => context.subject === bad).length
    expect(byBad).toBe(5)
    for (const subject of all) {
      const row = await site.subjectRow(subject)
      const { runs } = await site.hub().history(TENANT, 'Mail', { limit: 9, subject })
      if (subject === bad) expect(runs).toMatchObject([{ error: { code: 'run-abandoned' } }])
      else expect(row?.quiet?.count).toBe(1)
      expect(row?.nextRun).toBeGreaterThan(due)
    }
    site.close()
  })

  it('whose row is not understood does not stop the others', async () => {
    const site = await siteWithDueSubjects()
    const [bad = ''] = subjectsOf(TENANT)
    const { partition, key } = rowOf({ tenantId: TENANT, job: 'Mail', subject: bad })
    await site.store.put(
      'Jobs',
      { partition, key, values: { schedule__json: '{"moon":"full"}' } },
      { kind: 'any' },
    )
    expect(await site.hub().tick()).toMatchObject({ started: everySubject.length - 1, failed: 1 })
    await site.workAll()
    expect(site.worked).toHaveLength(everySubject.length - 1)
    site.close()
  })
})

describe('rows of the version before', () => {
  it('in the one partition of active runs are still recovered, and cleared away when they have ended', async () => {
    const site = jobsSite()
    const run = await site.hub().start(TENANT, 'One')
    site.sent.length = 0
    const active = activeRunsTable.bind(site.store)
    const [id = ''] = await site.activeIds()
    // As it was: not in a shard.
    await active.put(
      'active',
      id,
      { tenantId: TENANT, job: 'One', enqueuedAt: site.clock.now() },
      { kind: 'any' },
    )
    for (const shard of Array.from({ length: 16 }, (_, n) => `active-${String(n).padStart(2, '0')}`)) {
      await active.delete(shard, id, { kind: 'any' })
    }
    site.clock.set(site.clock.now() + 91_000)
    expect(await site.hub().recover()).toBe(1)
    await site.workAll()
    expect(await site.hub().run(TENANT, 'One', run.id)).toMatchObject({ state: 'succeeded' })
    site.clock.set(site.clock.now() + 91_000)
    expect(await site.hub().recover()).toBe(0)
    expect(await active.get('active', id)).toBeUndefined()
    site.close()
  })
})

describe('a clock that was two hours fast', () => {
  it('blocks nobody for longer than a lease: runs and subjects are taken up', async () => {
    const site = await siteWithDueSubjects()
    const now = site.clock.now()
    site.clock.set(now + 2 * HOUR)
    const fast = site.hub()
    const run = await fast.start(TENANT, 'One')
    site.behave(() => new Promise(() => undefined))
    site.behaveSubject(() => new Promise(() => undefined))
    await fast.tick()
    for (const { body } of site.sent.splice(0)) void fast.work(messageOf(body))
    await expect.poll(() => site.worked.length).toBe(1 + everySubject.length)
    site.clock.set(now)
    site.worked.length = 0
    site.behave(async () => undefined)
    site.behaveSubject(async () => QUIET)
    await site.hub().recover()
    await site.workAll()
    expect(await site.hub().run(TENANT, 'One', run.id)).toMatchObject({ state: 'succeeded' })
    expect(worked(site)).toEqual([`${TENANT} undefined`, ...everySubject].sort())
    site.close()
  })
})

describe('schedules that a clock two hours ahead has set', () => {
  it.each([
    ['the hub goes on', true],
    ['the hub starts anew', false],
  ])('come back when it is right again and %s', async (_, goesOn) => {
    const site = await siteWithDueSubjects()
    const now = site.clock.now()
    await site.hub().edit(TENANT, 'One', { schedule: { cron: '*/10 * * * *', timeZone: 'UTC' } }, undefined)
    const hub = site.hub()
    site.clock.set(now + 2 * HOUR)
    await hub.tick()
    await site.workAll(hub)
    await hub.recover()
    expect((await site.jobRow('One'))?.nextRun).toBe(now + 2 * HOUR + 10 * MINUTE)
    site.clock.set(now)
    const after = goesOn ? hub : site.hub()
    expect((await after.get(TENANT, 'One')).view.nextRun).toBe(now + 10 * MINUTE)
    await after.recover()
    expect((await site.jobRow('One'))?.nextRun).toBe(now + 10 * MINUTE)
    await expectSettledWithin(site, now, HOUR)
    site.close()
  })
})

async function expectSettledWithin(site: Site, now: number, most: number): Promise<void> {
  for (const tenantId of tenants) {
    for (const subject of subjectsOf(tenantId)) {
      const next = (await site.subjectRow(subject, tenantId))?.nextRun ?? 0
      expect(next - now).toBeGreaterThan(0)
      expect(next - now).toBeLessThanOrEqual(most)
      const entry = `${tenantId} Mail/${subject} ${new Date(next).toISOString()}`
      expect(await site.dueEntries()).toContain(entry)
    }
  }
}

/** Who finds the lease of a dead worker waits for its end, and gets the time for it. */
async function allEnded(site: Site, works: readonly Promise<unknown>[]): Promise<void> {
  let over = false
  const ended = Promise.allSettled(works).then(() => {
    over = true
  })
  for (await settle(); !over; await settle()) await site.clock.advance(MINUTE)
  await ended
}

describe('subjects while hubs tick, tell, work, lose messages and die', () => {
  it('never overlap, never miss what was told, and end idle with the entry that their row names', async () => {
    const subjects = ['box-1', 'box-2', 'box-3']
    const action = fc.record({
      what: fc.constantFrom('tick', 'notify', 'work', 'lose', 'recover', 'start', 'stop', 'hourly', 'clear'),
      subject: fc.constantFrom(...subjects),
      dies: fc.option(fc.integer({ min: 1, max: 20 }), { nil: Number.POSITIVE_INFINITY }),
      death: fc.constantFrom<Death>('before', 'after'),
      minutes: fc.integer({ min: 0, max: 70 }),
    })
    const round = fc.array(action, { minLength: 1, maxLength: 3 })
    // What was told goes with a run that is started by hand, which is stopped before it begins; no schedule makes up for it.
    const toldThenStopped = ([['notify', 'tick'], ['start', 'tick'], ['clear'], ['stop']] as const).map(
      (together) =>
        together.map((what) => ({
          what,
          subject: 'box-1',
          dies: Number.POSITIVE_INFINITY,
          death: 'before' as const,
          minutes: 0,
        })),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 8 }), async (rounds) => {
        const site = jobsSite()
        const told = new Map<string, number>()
        const seen = new Map<string, number>()
        const atWork = new Set<string>()
        let overlaps = 0
        site.behaveSubject(async ({ subject = '', record, signal }) => {
          if (atWork.has(subject)) overlaps += 1
          atWork.add(subject)
          try {
            const version = told.get(subject) ?? 0
            if (version % 2 === 1) await record([{ id: 'x', before: null, after: 'y' }])
            await settle()
            signal.throwIfAborted()
            seen.set(subject, version)
            return version % 2 === 1 ? { read: 1 } : QUIET
          } finally {
            atWork.delete(subject)
          }
        })
        for (const subject of subjects) {
          await site.hub().edit(TENANT, 'Mail', { schedule: HOURLY }, undefined, subject)
        }
        const perform = async ({
          what,
          subject,
          dies,
          death,
        }: typeof action extends fc.Arbitrary<infer A> ? A : never) => {
          const hub = site.hub(dyingStore(site.store, dies, death).store)
          if (what === 'tick') await hub.tick()
          else if (what === 'work') await site.workAll(hub)
          else if (what === 'lose') site.sent.shift()
          else if (what === 'recover') await hub.recover()
          else if (what === 'start') await hub.start(TENANT, 'Mail', { subject })
          else if (what === 'hourly' || what === 'clear') {
            const schedule = what === 'hourly' ? HOURLY : null
            await hub.edit(TENANT, 'Mail', { schedule }, undefined, subject)
          } else if (what === 'stop') {
            const { view } = await hub.get(TENANT, 'Mail', subject)
            await hub.stop(TENANT, 'Mail', view.lastRun?.id ?? 'none', subject)
          } else {
            // Only who is told that it was taken may count on it.
            const version = (told.get(subject) ?? 0) + 1
            told.set(subject, version)
            await hub.notify(TENANT, 'Mail', subject)
            mustSee.set(subject, version)
          }
        }
        const mustSee = new Map<string, number>()
        for (const actions of rounds) {
          site.clock.set(site.clock.now() + (actions[0]?.minutes ?? 0) * MINUTE)
          await allEnded(site, actions.map(perform))
        }
        site.clock.set(site.clock.now() + 61 * MINUTE)
        await continueHealthy(site, 9)
        for (const subject of subjects) {
          const row = await site.subjectRow(subject)
          expect([row?.pending, row?.lease, row?.activeRun, row?.again]).toEqual(Array(4).fill(undefined))
          expect(seen.get(subject) ?? 0).toBeGreaterThanOrEqual(mustSee.get(subject) ?? 0)
          const entries = (await site.dueEntries()).filter((entry) => entry.includes(subject))
          expect(entries).toEqual(
            row?.nextRun === undefined
              ? []
              : [`${TENANT} Mail/${subject} ${new Date(row.nextRun).toISOString()}`],
          )
        }
        expect(await site.activeIds()).toEqual([])
        expect(overlaps).toBe(0)
        site.close()
      }),
      { numRuns: 150, examples: [[toldThenStopped]] },
    )
  }, 60_000)
})
