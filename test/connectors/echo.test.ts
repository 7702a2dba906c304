import { expect, it } from 'vitest'
import { connectorsSite } from './site.ts'

it('sends a heartbeat back through the queue of its agent when that asks for it in time (A1)', async () => {
  const { connectors, enrol, report, sent } = await connectorsSite()
  const agent = await enrol('first')
  await report(agent)
  expect(sent).toEqual([])
  await report(agent, 'online', connectors, { echo: 'beat-1' })
  expect(sent).toEqual([{ queue: `agent-${agent.id}`, subject: 'echo', correlationId: 'beat-1' }])
  const other = await enrol('second')
  await report(other, 'online', connectors, { echo: 'beat-2', ago: 21_000 })
  expect(sent).toHaveLength(1)
})

it('takes in a heartbeat with one writing and no reading (A4, F7)', async () => {
  const { enrol, report, counted } = await connectorsSite()
  const agent = await enrol('first')
  counted.reset()
  await report(agent)
  expect(counted.counts()).toMatchObject({ reads: 0, transactions: 1 })
})
