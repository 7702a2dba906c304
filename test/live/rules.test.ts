import { describe, expect, it } from 'vitest'
import { eventText, idOf, marksOf } from '../../functions/live/rules/events.ts'
import { backstopAfter, pace } from '../../functions/live/rules/pace.ts'
import { toAudible } from '../../functions/live/rules/permission.ts'
import { rightsOf } from '../../functions/tenancy/rules/roles.ts'
import { topicsOfHub } from './topics.ts'

describe('events', () => {
  it('carry one line of data, whatever is in it', () => {
    const text = eventText('agents', { name: 'a\nb\r\u2028c\n\ndata: x' }, { agents: 'f1' })
    expect(text.split('\n')).toHaveLength(5)
    expect(text).toMatch(/^event: agents\nid: agents=f1\ndata: \{.*\}\n\n$/su)
  })

  it('say where a browser was when it comes back', () => {
    const marks = { agents: 'Ab_-9', jobs: 'x', log: '1-00000002.17' }
    expect(marksOf(idOf(marks))).toEqual(marks)
  })

  it.each([
    '',
    '&&&',
    'agents',
    'log=x',
    'log=../x',
    'agents=a b',
    '__proto__=x',
    `agents=${'x'.repeat(99)}`,
  ])('take nothing from the id %j', (id) => {
    expect(marksOf(id)).toEqual({})
  })
})

describe('pace', () => {
  it('looks without being told about once a minute, never all at the same moment', () => {
    expect([0, 0.5, 1].map(backstopAfter)).toEqual([54_000, 60_000, 66_000])
  })

  it("ends before Azure's limit of 230 s", () => {
    expect(pace.lifetime + pace.heartbeat).toBeLessThan(230_000)
  })
})

describe('who hears what (A9)', () => {
  const descriptors = topicsOfHub()
  const topics = descriptors.map(({ name }) => name)

  it('an admin hears everything', () => {
    expect(toAudible(rightsOf(['admin']), true, descriptors)).toEqual({
      topics: new Set(topics),
      run: true,
      log: true,
    })
  })

  it('who sees some people only hears nothing that is about all', () => {
    expect(toAudible(rightsOf(['admin']), false, descriptors)).toEqual({
      topics: new Set(['agents', 'jobs']),
      run: true,
      log: false,
    })
  })

  it('other roles hear what their rights allow', () => {
    expect(toAudible(rightsOf(['admin-terminal']), true, descriptors).topics).toEqual(new Set(['bookings']))
    expect(toAudible(rightsOf(['team']), true, descriptors)).toEqual({
      topics: new Set(),
      run: false,
      log: false,
    })
  })
})
