import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { webSocketClient } from './client.ts'
import { temporaryFolder } from './fixture.ts'
import { forkBroker, startProcess } from './process.ts'

describe('the process', () => {
  test('answers questions and stops cleanly when asked to', async () => {
    const dataFile = join(await temporaryFolder(), 'broker.db')
    const { child, connectionString } = await startProcess({ dataFile, queues: [{ name: 'q' }] })
    const client = webSocketClient(connectionString)
    await client.createSender('q').sendMessages({ body: 1 })
    child.send({ ask: 'stats', id: 'a' })
    const [answer] = await once(child, 'message')
    expect(answer).toMatchObject({ answer: 'stats', id: 'a', stats: { q: { active: 1, received: 1 } } })
    await client.close()
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('ends when its parent is gone', async () => {
    const { child } = await startProcess({ dataFile: join(await temporaryFolder(), 'broker.db') })
    child.disconnect()
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test.each([
    ['no settings', '', /must hold/],
    ['no JSON', '{', /not JSON/],
    ['wrong settings', '{"dataFile":"x","policies":"none"}', /policies/],
    ['a host that others can reach', '{"dataFile":"x","policies":[],"host":"0.0.0.0"}', /host/],
    ['a folder that is not there', '{"dataFile":"/nowhere/at/all","policies":[]}', /cannot start/],
  ])('says what is wrong with %s', async (_name, settings, problem) => {
    const child = forkBroker(settings)
    const [output, [code]] = await Promise.all([child.stderr && text(child.stderr), once(child, 'exit')])
    expect(output).toMatch(problem)
    expect(code).toBe(1)
  })
})
