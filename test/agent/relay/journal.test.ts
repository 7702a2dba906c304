import { fork } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openJournal } from '../../../agent/relay/journal/journal.ts'
import { type JournalState, planFromJournal, transitions } from '../../../agent/relay/rules/journal-state.ts'
import { temporaryFolder } from '../temporary.ts'

const NOW = 1_800_000_000_000

describe('life of a call in the journal (F1)', () => {
  it.each([
    [undefined, false, 'execute'],
    [undefined, true, 'indeterminate'],
    ['received', true, 'execute'],
    ['executing', false, 'indeterminate'],
    ['done', true, 'replay'],
    ['indeterminate', false, 'indeterminate'],
  ] as const)('%s, begun before: %s → %s', (state, begunBefore, plan) => {
    expect(planFromJournal(state, begunBefore)).toBe(plan)
  })

  it('never leads from executed back to executable', () => {
    const executed: JournalState[] = ['executing', 'done', 'indeterminate']
    for (const state of executed) {
      for (const next of Object.values(transitions[state])) {
        if (next !== undefined) expect(planFromJournal(next, false)).not.toBe('execute')
      }
    }
  })
})

describe('journal', () => {
  const at = (file: string, over = {}) => openJournal({ file, now: () => NOW, ...over })

  it('keeps answers over a restart and turns what was under way into indeterminate', async () => {
    const file = join(await temporaryFolder(), 'journal.db')
    const first = await at(file)
    first.start('a', NOW + 1)
    first.finish('a', NOW + 1, Buffer.from('answer'))
    first.start('b', NOW + 1)
    expect(first.find('b')).toEqual({ state: 'executing' })
    first.close()
    const second = await at(file)
    expect(second.find('a')?.state).toBe('done')
    expect(Buffer.from(second.find('a')?.answer ?? []).toString()).toBe('answer')
    expect(second.find('b')).toEqual({ state: 'indeterminate' })
    expect(second.find('c')).toBeUndefined()
    second.close()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('forgets by age, long after the deadline', async () => {
    let now = NOW
    const journal = await openJournal({ file: ':memory:', now: () => now })
    journal.start('old', NOW)
    const fill = () => {
      for (let index = 0; index < 100; index++) journal.start(`x${now}-${index}`, now)
    }
    now += 3_599_000
    fill()
    expect(journal.find('old')).toBeDefined()
    now += 2_000
    fill()
    expect(journal.find('old')).toBeUndefined()
    journal.close()
  })

  it('is bounded in size: the oldest answers are forgotten, not that they were given', async () => {
    const journal = await at(':memory:', { maxAnswerBytes: 50_000 })
    for (let index = 0; index < 300; index++) {
      journal.start(`c${index}`, NOW + index)
      journal.finish(`c${index}`, NOW + index, Buffer.alloc(1000))
    }
    const states = Array.from({ length: 300 }, (_, index) => journal.find(`c${index}`)?.state)
    expect(states[0]).toBe('indeterminate')
    expect(states[299]).toBe('done')
    expect(states.filter((state) => state === 'done').length).toBeLessThanOrEqual(150)
    expect(new Set(states)).toEqual(new Set(['indeterminate', 'done']))
    journal.close()
  })

  it('agrees with its state table, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('start', 'finish', 'restart'), fc.constantFrom('a', 'b')), {
          maxLength: 12,
        }),
        async (steps) => {
          const file = join(await temporaryFolder(), 'journal.db')
          let journal = await at(file)
          const model = new Map<string, JournalState>()
          for (const [step, id] of steps) {
            if (step === 'restart') {
              journal.close()
              journal = await at(file)
              for (const [key, state] of model) model.set(key, transitions[state].restart ?? state)
              continue
            }
            const next = transitions[model.get(id) ?? 'received'][step === 'start' ? 'start' : 'finish']
            if (next === undefined) continue
            if (step === 'start') journal.start(id, NOW)
            else journal.finish(id, NOW, Buffer.from(id))
            model.set(id, next)
          }
          for (const id of ['a', 'b']) expect(journal.find(id)?.state).toBe(model.get(id))
          journal.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  it('has on disk what it returned, also when the process is killed', async () => {
    const file = join(await temporaryFolder(), 'journal.db')
    const child = fork(new URL('./journal-writer.ts', import.meta.url), [file], { execArgv: [] })
    const acknowledged: string[] = []
    child.on('message', (message) => acknowledged.push(String(message)))
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(200)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const journal = await at(file)
    for (const line of acknowledged) {
      const [state, id = ''] = line.split(' ')
      const kept = journal.find(id)?.state ?? 'missing'
      expect(state === 'done' ? ['done'] : ['done', 'indeterminate']).toContain(kept)
    }
    journal.close()
  })
})
