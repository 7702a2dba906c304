import { describe, expect, it } from 'vitest'
import { judgeSetup, type SageSetupFacts } from '../../functions/hr/setup/rules/steps.ts'
import { type SageNextCode, sageNext } from '../../functions/hr/setup/rules/texts.ts'
import { describeNext } from '../../functions/setup/rules/steps.ts'

const ready: SageSetupFacts = {
  missingVariables: [],
  variablesChangedAt: 100,
  agents: [{ name: 'A', status: 'connected' }],
  jobs: [
    {
      token: 'SysSageSync',
      scheduled: true,
      lastRun: { state: 'succeeded', startedAt: 200, code: undefined, held: undefined },
    },
  ],
  people: 12,
}
const failed = (code: 'sage-sign-in-rejected' | 'agent-offline', startedAt = 200, held?: number) => ({
  state: 'failed' as const,
  startedAt,
  code,
  held,
})
const judged = (facts: Partial<SageSetupFacts>) => judgeSetup({ ...ready, ...facts })
const step = (facts: Partial<SageSetupFacts>, name: string) => judged(facts).find((one) => one.step === name)

describe('where a tenant is on the way', () => {
  it('is at the end when everything is done', () => {
    expect(judgeSetup(ready).map(({ step, state, next }) => [step, state, next])).toEqual([
      ['variables', 'done', null],
      ['agent', 'done', null],
      ['jobs', 'done', null],
      ['people', 'done', null],
    ])
  })

  it('is at the beginning when there is nothing', () => {
    const steps = judged({ missingVariables: ['a', 'b'], agents: [], jobs: [], people: 0 })
    expect(steps.map(({ state, next }) => [state, next?.code])).toEqual([
      ['missing', 'set-variables'],
      ['missing', 'install-agent'],
      ['missing', 'set-schedule'],
      ['missing', 'sync-people'],
    ])
    expect(steps[0]?.next?.params).toEqual({ names: 'a, b' })
  })

  it('names the variables when Sage refused them, and only as long as they are the same', () => {
    const jobs = [{ token: 'J', scheduled: false, lastRun: failed('sage-sign-in-rejected') }]
    expect(step({ jobs }, 'variables')).toMatchObject({
      state: 'failing',
      next: { code: 'check-connection', params: { job: 'J' } },
    })
    expect(step({ jobs, variablesChangedAt: 300 }, 'variables')?.state).toBe('done')
    const offline = [{ token: 'J', scheduled: false, lastRun: failed('agent-offline') }]
    expect(step({ jobs: offline }, 'variables')?.state).toBe('done')
  })

  it.each([
    ['connected', 'done', undefined],
    ['disconnected', 'failing', 'reconnect-agent'],
    ['never', 'failing', 'start-agent'],
  ] as const)('with an agent that is %s', (status, state, code) => {
    const found = step({ agents: [{ name: 'A', status }] }, 'agent')
    expect([found?.state, found?.next?.code]).toEqual([state, code])
  })

  it('needs one connected agent, not all', () => {
    const agents = [
      { name: 'A', status: 'disconnected' as const },
      { name: 'B', status: 'connected' as const },
    ]
    expect(step({ agents }, 'agent')?.state).toBe('done')
  })

  it('shows a held run as something to decide', () => {
    const jobs = [
      { token: 'SysSageSyncPersonen', scheduled: true, lastRun: failed('agent-offline', 200, 40) },
    ]
    const next = { code: 'release-or-reject', params: { job: 'SysSageSyncPersonen', count: 40 } }
    expect(step({ jobs }, 'jobs')).toMatchObject({ state: 'failing', next })
    expect(step({ jobs }, 'people')).toMatchObject({ state: 'failing', next })
  })

  it('does not mind a failed job that nothing starts', () => {
    const jobs = [...ready.jobs, { token: 'J', scheduled: false, lastRun: failed('agent-offline') }]
    expect(step({ jobs }, 'jobs')?.state).toBe('done')
  })
})

describe('what to do next', () => {
  it.each(Object.keys(sageNext) as SageNextCode[])('%s is said in both languages', (code) => {
    const params = { names: 'x', job: 'x', agent: 'x', count: 1 }
    const [en, de] = (['en', 'de'] as const).map((language) =>
      describeNext({ code, params }, sageNext, language),
    )
    expect(en?.detail).not.toMatch(/[{}]/)
    expect(de?.detail).not.toMatch(/[{}]/)
    expect(en?.detail).not.toBe(de?.detail)
  })
})
