import { expect, it } from 'vitest'
import { parseJobMessage } from '../../functions/triggers.ts'

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

it.each([
  { tenantId: 't', job: 'One', runId: 'r1' },
  { tenantId: 't', job: 'Mail', subject: 'box', runId: 'r1' },
  { tenantId: 't', job: 'Mail', message: 'm1', subjects: ['a', 'b'] },
])('a message of jobs is taken as it was sent: %j', (message) => {
  expect(parseJobMessage(bytes(message))).toEqual(message)
  expect(parseJobMessage(message)).toEqual(message)
})

it.each([
  {},
  { tenantId: 't', job: 'One' },
  { tenantId: 't', job: 'Mail', message: 'm1', subjects: [] },
  { tenantId: 't', job: 'Mail', message: 'm1', subjects: [1] },
])('anything else is refused: %j', (message) => {
  expect(() => parseJobMessage(bytes(message))).toThrow('not a job message')
})
