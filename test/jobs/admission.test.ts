import { describe, expect, it } from 'vitest'
import { createAdmission } from '../../functions/jobs/admission.ts'
import { silentLogger } from '../../shared/log.ts'
import { jobsSite } from './site.ts'

/** Works that go on until they are ended, and what was sent again. */
function places() {
  const admission = createAdmission(silentLogger)
  const running = new Map<string, () => void>()
  const sent: string[] = []
  return {
    running,
    sent,
    enter(tenantId: string, about: string): Promise<void> {
      const deferred = { about, send: async () => void sent.push(about) }
      return admission.enter(
        tenantId,
        deferred,
        () => new Promise<void>((resolve) => running.set(about, resolve)),
      )
    },
  }
}

describe('places', () => {
  it('go to a tenant in proportion to what is free, and to each other tenant that comes', async () => {
    const { running, enter } = places()
    for (let n = 0; n < 20; n++) void enter('hangs', `hangs-${n}`)
    expect(running.size).toBe(5)
    for (let tenant = 0; tenant < 11; tenant++) void enter(`t${tenant}`, `t${tenant}`)
    expect(running.size).toBe(16)
  })

  it('that are free again bring back what was put off, one after the other, each once', async () => {
    const { running, sent, enter } = places()
    const works = Array.from({ length: 8 }, (_, n) => enter('t', `m${n}`))
    // A second message of the same is not kept.
    await enter('t', 'm7')
    expect([running.size, sent]).toEqual([5, []])
    running.get('m0')?.()
    await works[0]
    expect(sent).toEqual(['m5'])
    for (const about of ['m1', 'm2', 'm3']) running.get(about)?.()
    await Promise.all(works.slice(1, 4))
    expect(sent).toEqual(['m5', 'm6', 'm7'])
  })

  it('that others leave make room as well', async () => {
    const { running, sent, enter } = places()
    const works = Array.from({ length: 11 }, (_, n) => enter(`t${n}`, `t${n}`))
    for (const about of ['a', 'b', 'c', 'd']) void enter('busy', about)
    expect([...running.keys()].slice(11)).toEqual(['a', 'b'])
    for (let n = 0; n < 3; n++) {
      running.get(`t${n}`)?.()
      await works[n]
    }
    expect(sent).toEqual(['c'])
  })

  it('are free after a failure, too', async () => {
    const admission = createAdmission(silentLogger)
    const none = { about: 'x', send: async () => undefined }
    for (let n = 0; n < 40; n++) {
      const failing = admission.enter('t', none, () => Promise.reject(new Error('broken')))
      await expect(failing).rejects.toThrow('broken')
    }
  })
})

describe('a hub whose tenant takes too much', () => {
  it('works on all of it in the end, and on others at once', async () => {
    const site = jobsSite()
    const hub = site.hub()
    const done = Promise.withResolvers<void>()
    for (let n = 0; n < 8; n++) await hub.edit('busy', 'Mail', {}, undefined, `box-${n}`)
    for (let n = 0; n < 8; n++) await hub.start('busy', 'Mail', { subject: `box-${n}` })
    await hub.edit('other', 'Mail', {}, undefined, 'box')
    site.behaveSubject(async () => {
      await done.promise
      return { read: 1 }
    })
    const works = site.sent.splice(0).map(({ body }) => hub.work(JSON.parse(Buffer.from(body).toString())))
    await expect.poll(() => site.worked.length).toBe(5)
    site.behaveSubject(async () => ({ read: 1 }))
    await hub.start('other', 'Mail', { subject: 'box' })
    await site.workAll(hub)
    expect(site.worked.at(-1)?.context.tenantId).toBe('other')
    done.resolve()
    await Promise.all(works)
    await site.workAll(hub)
    expect(site.worked).toHaveLength(9)
    expect(await site.activeIds()).toEqual([])
    site.close()
  })
})
