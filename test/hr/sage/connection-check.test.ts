import { describe, expect, it } from 'vitest'
import { checkConnection } from '../../../functions/hr/sage/connection-check.ts'
import { SageProfile } from '../../../functions/hr/sage/profile.ts'
import type { RelayRequest, RelayResponse } from '../../../functions/relay/service.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { instantClock } from '../../clock.ts'

const agent = {
  id: 'a',
  name: 'Server',
  host: 'h',
  version: '1',
  category: 'sage',
  roles: ['sage'],
  outdated: false,
  site: 'main',
  status: 'connected',
  lastSeen: 1,
  disconnectedSince: null,
  createdAt: 1,
  keysSince: 1,
} as const

/** A check in which every call takes some time and then gets its answer. */
function check(answers: readonly (RelayResponse | StegError)[], milliseconds = 100) {
  const clock = instantClock()
  const asked: RelayRequest[] = []
  const report = checkConnection(
    {
      clock,
      credentials: async () => ({
        baseUrl: 'https://sage/hrportalapi',
        username: 'u',
        password: 'secret',
        database: undefined,
      }),
      profile: async () => SageProfile.parse({}),
      connectors: { choose: async () => ({ to: 't.main', agents: [agent] }) },
      relay: {
        isAlive: async () => true,
        async call(_, request) {
          asked.push(request)
          const answer = answers[asked.length - 1]
          if (answer === undefined) throw new Error('unexpected call')
          if (milliseconds > request.timeout) {
            clock.advance(request.timeout)
            throw new StegError('deadline-exceeded', { target: 'sage', seconds: 1 })
          }
          clock.advance(milliseconds)
          if (answer instanceof StegError) throw answer
          return answer
        },
      },
    },
    't',
  )
  return { report, asked }
}

const answer = (status: number, body = '', type = 'application/json'): RelayResponse => ({
  status,
  headers: [['content-type', type]],
  body: Buffer.from(body),
})
const xml = answer(
  200,
  `<ArrayOfXConnectionSettingsBasic><XConnectionSettingsBasic><Key>k</Key><Name>n</Name><Database>d</Database></XConnectionSettingsBasic></ArrayOfXConnectionSettingsBasic>`,
  'application/xml',
)

const failedStep = async ({ report }: ReturnType<typeof check>) =>
  (await report).steps.find(({ state }) => state === 'failed')

describe('the connection check', () => {
  it('ends well with the databases and the number of people', async () => {
    const { report, asked } = check([xml, answer(204), answer(204), answer(200, '{"Results":[],"Total":7}')])
    expect(await report).toMatchObject({
      ok: true,
      agent: 'Server',
      people: 7,
      databases: [{ key: 'k', selected: true }],
    })
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST', 'GET'])
  })

  it('signs in once, and never says the password', async () => {
    const tried = check([xml, answer(401)])
    expect(await failedStep(tried)).toMatchObject({
      step: 'sign-in',
      error: { code: 'sage-sign-in-rejected' },
    })
    expect(tried.asked.filter(({ method }) => method === 'POST')).toHaveLength(1)
    expect(JSON.stringify(await tried.report)).not.toContain('secret')
  })

  it('repeats nothing while Sage is busy', async () => {
    const tried = check([answer(503, '', 'text/html')])
    expect(await failedStep(tried)).toMatchObject({ step: 'sage', error: { code: 'sage-unavailable' } })
    expect(tried.asked).toHaveLength(1)
  })

  it.each([4_000, 60_000])('is over after ten seconds when each call takes %d ms', async (each) => {
    const tried = check([xml, answer(204), answer(204), answer(200, '{"Total":7}')], each)
    expect(await failedStep(tried)).toMatchObject({ error: { code: 'deadline-exceeded' } })
    expect((await tried.report).milliseconds).toBeLessThanOrEqual(10_000)
  })

  it('says so when a list of people has no number', async () => {
    const tried = check([xml, answer(204), answer(204), answer(200, '[]')])
    expect(await failedStep(tried)).toMatchObject({
      step: 'people',
      error: { code: 'sage-unexpected-data' },
    })
  })
})
