import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Change } from '../../functions/jobs/port.ts'
import { codeOf } from '../code-of.ts'
import { runTexts } from '../products/run-texts.ts'
import { jobsSite, TENANT } from './site.ts'

let site: ReturnType<typeof jobsSite>
beforeEach(() => {
  site = jobsSite()
})
afterEach(() => site.close())

const logOf = async (id: string) =>
  (await site.hub().log.page(TENANT, id, { limit: 50 })).lines.map(({ code }) => code)

describe('dry runs (F4)', () => {
  it('tell the job so, and say so in run and log', async () => {
    const run = await site.hub().start(TENANT, 'One', { dryRun: true })
    await site.workAll()
    expect(site.worked[0]?.context.dryRun).toBe(true)
    const stored = await site.hub().run(TENANT, 'One', run.id)
    expect(stored).toMatchObject({ dryRun: true, state: 'succeeded' })
    expect(await logOf(run.id)).toEqual(['started', 'dry-run', 'finished'])
    expect(runTexts.describeCounts(stored.counts, 'en', stored.dryRun)).toBe(
      'Dry run, nothing written: 1 read',
    )
  })

  it('are asked for: any other run is real', async () => {
    await site.hub().start(TENANT, 'One', { dryRun: false })
    await site.hub().start(TENANT, 'Two')
    await site.workAll()
    expect(site.worked.map(({ context }) => context.dryRun)).toEqual([false, false])
  })

  it('of a sequence are dry in all their parts', async () => {
    await site.hub().start(TENANT, 'Both', { dryRun: true })
    await site.workAll()
    expect(site.worked.map(({ token, context }) => [token, context.dryRun])).toEqual([
      ['One', true],
      ['Two', true],
    ])
    await site.hub().start(TENANT, 'Both')
    await site.workAll()
    expect(site.worked.slice(2).map(({ context }) => context.dryRun)).toEqual([false, false])
  })
})

describe('undoing a run (F4)', () => {
  const change = (id: string, before: string | null = null): Change => ({ id, before, after: `after ${id}` })

  it('gives the job what the run had recorded, newest first, as a run of its own', async () => {
    site.behave(async (_, { record }) => {
      await record([change('a'), change('b', 'x'.repeat(20_000)), change('c', 'y'.repeat(20_000))])
      await record([change('d')])
    })
    const run = await site.hub().start(TENANT, 'Undoable')
    await site.workAll()
    const undo = await site.hub().undo(TENANT, 'Undoable', run.id)
    await site.workAll()
    expect(site.undone.map(({ changes }) => changes.map(({ id }) => id))).toEqual([['d', 'c', 'b', 'a']])
    expect(await site.hub().run(TENANT, 'Undoable', undo.id)).toMatchObject({
      trigger: 'undo',
      undoes: run.id,
      state: 'succeeded',
    })
    expect(await logOf(undo.id)).toEqual(['started', 'undoing', 'finished'])
  })

  it('is possible for a run that failed half-way, also as a dry run', async () => {
    site.behave(async (_, { record }) => {
      await record([change('a')])
      throw new Error('broken')
    })
    const run = await site.hub().start(TENANT, 'Undoable')
    await site.workAll()
    await site.hub().undo(TENANT, 'Undoable', run.id, { dryRun: true })
    await site.workAll()
    expect(site.undone).toMatchObject([{ changes: [{ id: 'a' }], context: { dryRun: true } }])
  })

  it('is refused where there is nothing that could be undone', async () => {
    const hub = site.hub()
    const one = await hub.start(TENANT, 'One')
    const dry = await hub.start(TENANT, 'Undoable', { dryRun: true })
    expect(await codeOf(hub.undo(TENANT, 'Undoable', dry.id))).toBe('run-not-undoable')
    await site.workAll()
    expect(await codeOf(hub.undo(TENANT, 'One', one.id))).toBe('run-not-undoable')
    expect(await codeOf(hub.undo(TENANT, 'Undoable', dry.id))).toBe('run-not-undoable')
    expect(await codeOf(hub.undo(TENANT, 'Undoable', 'nothing'))).toBe('not-found')
    const real = await hub.start(TENANT, 'Undoable')
    expect(await codeOf(hub.undo(TENANT, 'Undoable', real.id))).toBe('run-not-undoable')
    await site.workAll()
    const undo = await hub.undo(TENANT, 'Undoable', real.id)
    expect(await codeOf(hub.undo(TENANT, 'Undoable', real.id))).toBe('job-already-active')
    await site.workAll()
    expect(await codeOf(hub.undo(TENANT, 'Undoable', undo.id))).toBe('run-not-undoable')
  })
})
