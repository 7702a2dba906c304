import { describe, expect, it } from 'vitest'
import { eventText, idOf, marksOf } from '../../functions/live/rules/events.ts'
import { pace, pauseAfter } from '../../functions/live/rules/pace.ts'
import { audible } from '../../functions/live/rules/permission.ts'
import { rightsOf } from '../../functions/tenancy/rules/roles.ts'

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
  it('slows down while nothing happens, and not beyond its limit', () => {
    const pauses = Array.from({ length: 10 }, (_, quiet) => pauseAfter(quiet))
    expect(pauses[0]).toBe(pace.busy)
    expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses)
    expect(pauses.at(-1)).toBe(pace.idle)
  })

  it("ends before Azure's limit of 230 s", () => {
    expect(pace.lifetime + pace.idle).toBeLessThan(230_000)
  })
})

const described = [
  { name: 'agents', right: 'agents:read', aboutEverybody: false },
  { name: 'jobs', right: 'jobs:read', aboutEverybody: false },
  { name: 'bookings', right: 'bookings:read', aboutEverybody: true },
  { name: 'setup', right: 'jobs:read', aboutEverybody: true },
] as const
const topics = described.map(({ name }) => name)

describe('who hears what (A9)', () => {
  it('an admin hears everything', () => {
    expect(audible(rightsOf(['admin']), true, described)).toEqual({
      topics: new Set(topics),
      run: true,
      log: true,
    })
  })

  it('who sees some people only hears nothing that is about all', () => {
    expect(audible(rightsOf(['admin']), false, described)).toEqual({
      topics: new Set(['agents', 'jobs']),
      run: true,
      log: false,
    })
  })

  it('other roles hear what their rights allow', () => {
    expect(audible(rightsOf(['admin-terminal']), true, described).topics).toEqual(new Set(['bookings']))
    expect(audible(rightsOf(['team']), true, described)).toEqual({
      topics: new Set(),
      run: false,
      log: false,
    })
  })
})
