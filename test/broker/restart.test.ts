import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startBroker } from '../../infra/local/broker/broker.ts'
import { webSocketClient } from './client.ts'
import { policies, temporaryFolder } from './fixture.ts'

const patient = { retryOptions: { maxRetries: 20, retryDelayInMs: 100, timeoutInMs: 5000 } }

test('clients come back by themselves after a restart', async () => {
  const dataFile = join(await temporaryFolder(), 'broker.db')
  const first = await startBroker({ dataFile, policies, queues: [{ name: 'q' }] })
  const text = first.connectionString('root')
  const client = webSocketClient(text, patient)
  const got: unknown[] = []
  client.createReceiver('q').subscribe({
    processMessage: async ({ body }) => {
      got.push(body)
    },
    processError: async () => undefined,
  })
  const sender = client.createSender('q')
  await sender.sendMessages({ body: 1 })
  await vi.waitFor(() => expect(got).toEqual([1]))
  await first.close()

  const second = await startBroker({ dataFile, policies, port: first.port })
  onTestFinished(() => second.close())
  onTestFinished(() => client.close())
  // The client may write before its new socket is open, and says so: nothing has gone out then.
  await vi.waitFor(() => sender.sendMessages({ body: 2 }), 20_000)
  await vi.waitFor(() => expect(got).toEqual([1, 2]), 20_000)
  expect(second.stats().q).toMatchObject({ active: 0 })
})

test('a taken port is reported, and the data file is free again', async () => {
  const folder = await temporaryFolder()
  const first = await startBroker({ dataFile: join(folder, 'one.db'), policies })
  onTestFinished(() => first.close())
  const dataFile = join(folder, 'two.db')
  for (const taken of [{ port: first.port }, { tcpPort: first.tcpPort }])
    await expect(startBroker({ dataFile, policies, ...taken })).rejects.toThrow(/EADDRINUSE/)
  const third = await startBroker({ dataFile, policies })
  await third.close()
  await third.close()
})
