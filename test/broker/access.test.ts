import { createHmac } from 'node:crypto'
import { ServiceBusClient } from '@azure/service-bus'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createGrants } from '../../infra/local/broker/access/grants.ts'
import { verifyToken } from '../../infra/local/broker/access/sas.ts'
import { noRetries, webSocketOptions } from './client.ts'
import { openBroker, policies, type TestBroker } from './fixture.ts'

function sign(policy: string, resource: string, expiresAt: number): string {
  const key = policies.find((one) => one.name === policy)?.key ?? ''
  const sr = encodeURIComponent(resource)
  const se = Math.floor(expiresAt / 1000)
  const sig = createHmac('sha256', key).update(`${sr}\n${se}`).digest('base64')
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig)}&se=${se}&skn=${policy}`
}

const hour = 3_600_000

describe('a token', () => {
  const now = 1_700_000_000_000
  const good = sign('root', 'sb://host/q', now + hour)
  test.each([
    ['that is right', good, true],
    ['that has expired', sign('root', 'sb://host/q', now - 1000), false],
    ['of an unknown policy', good.replace('skn=root', 'skn=other'), false],
    ['signed with the key of another policy', good.replace('skn=root', 'skn=sender'), false],
    ['with a longer life than was signed', good.replace(/se=\d+/, `se=${now / 1000 + 99_999}`), false],
    ['for more than was signed', good.replace(/sr=[^&]*/, `sr=${encodeURIComponent('sb://host/')}`), false],
    ['with half a signature', good.replace(/sig=[^&]{20}/, 'sig='), false],
    ['without a signature', good.replace(/sig=[^&]*&/, ''), false],
    ['that is none', 'Bearer abc', false],
    ['that is empty', '', false],
  ])('%s', (_name, token, ok) => {
    expect(verifyToken(token, policies, now).ok).toBe(ok)
  })
})

describe('a grant', () => {
  function queueGrant() {
    const grants = createGrants()
    grants.add({ audience: 'host/queue', rights: new Set(['listen']), expiresAt: 1000 })
    return grants
  }
  test.each([
    ['opens its queue', 'queue', 'listen', 0, true],
    ['opens it in any case', 'QUEUE', 'listen', 0, true],
    ['opens what is below', 'queue/$DeadLetterQueue', 'listen', 0, true],
    ['opens no queue that only begins alike', 'queue2', 'listen', 0, false],
    ['opens no other queue', 'other', 'listen', 0, false],
    ['gives no other right', 'queue', 'send', 0, false],
    ['ends in time', 'queue', 'listen', 1000, false],
  ] as const)('%s', (_name, path, right, now, ok) => {
    expect(queueGrant().allows(path, [right], now)).toBe(ok)
  })
  test('is asked for the next expiry', () => expect(queueGrant().nextExpiry()).toBe(1000))
})

/** A client that shows the same token for whatever it does. */
function clientWith({ broker }: TestBroker, token: string | { signature: string }): ServiceBusClient {
  const credential = typeof token === 'string' ? { signature: token } : token
  const client = new ServiceBusClient('tenant.servicebus.windows.net', credential, {
    ...noRetries,
    webSocketOptions,
    customEndpointAddress: `sb://127.0.0.1:${broker.port}`,
  })
  onTestFinished(() => client.close())
  return client
}

describe('with the real client', () => {
  const queues = [{ name: 'a' }, { name: 'b' }, { name: 'ab' }, { name: 's', requiresSession: true }]
  const uri = (queue: string) => `sb://tenant.servicebus.windows.net/${queue}`
  const unauthorized = { code: 'UnauthorizedAccess' }

  test('a token for one queue opens no other', async () => {
    const opened = await openBroker({ queues })
    const client = clientWith(opened, sign('root', uri('a'), Date.now() + hour))
    await client.createSender('a').sendMessages({ body: 1 })
    const [message] = await client.createReceiver('a').receiveMessages(1)
    expect(message?.body).toBe(1)
    for (const other of ['b', 'ab']) {
      await expect(client.createSender(other).sendMessages({ body: 1 })).rejects.toMatchObject(unauthorized)
      await expect(client.createReceiver(other).receiveMessages(1)).rejects.toMatchObject(unauthorized)
      await expect(client.createReceiver(other).peekMessages(1)).rejects.toMatchObject(unauthorized)
    }
  })

  test('a token for the namespace opens all of it', async () => {
    const opened = await openBroker({ queues })
    const client = clientWith(
      opened,
      sign('sender', 'sb://tenant.servicebus.windows.net/', Date.now() + hour),
    )
    await client.createSender('a').sendMessages({ body: 1 })
    await client.createSender('b').sendMessages({ body: 1 })
  })

  test('the host counts', async () => {
    const opened = await openBroker({ queues })
    const client = clientWith(
      opened,
      sign('root', 'sb://elsewhere.servicebus.windows.net/a', Date.now() + hour),
    )
    await expect(client.createSender('a').sendMessages({ body: 1 })).rejects.toMatchObject(unauthorized)
  })

  test('who may listen cannot send, and the other way round', async () => {
    const opened = await openBroker({ queues })
    const listener = clientWith(opened, sign('listener', uri('a'), Date.now() + hour))
    await expect(listener.createSender('a').sendMessages({ body: 1 })).rejects.toMatchObject(unauthorized)
    await expect(
      listener.createSender('a').scheduleMessages({ body: 1 }, new Date(Date.now() + hour)),
    ).rejects.toMatchObject(unauthorized)
    expect(await listener.createReceiver('a').receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([])
    const sender = clientWith(opened, sign('sender', uri('a'), Date.now() + hour))
    await sender.createSender('a').sendMessages({ body: 1 })
    await expect(sender.createReceiver('a').receiveMessages(1)).rejects.toMatchObject(unauthorized)
    await expect(sender.createReceiver('a').peekMessages(1)).rejects.toMatchObject(unauthorized)
    await expect(
      sender.createReceiver('a', { subQueueType: 'deadLetter' }).receiveMessages(1),
    ).rejects.toMatchObject(unauthorized)
    const one = clientWith(opened, sign('sender', uri('s'), Date.now() + hour))
    await expect(one.acceptNextSession('s')).rejects.toMatchObject(unauthorized)
    // For a session asked for by name the client reports any refusal like this.
    await expect(one.acceptSession('s', 'x')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' })
  })

  test('an expired or forged token is refused', async () => {
    const opened = await openBroker({ queues })
    for (const token of [
      sign('root', uri('a'), Date.now() - 1000),
      sign('root', uri('a'), Date.now() + hour).replace('skn=root', 'skn=listener'),
    ])
      await expect(
        clientWith(opened, token).createSender('a').sendMessages({ body: 1 }),
      ).rejects.toMatchObject(unauthorized)
  })

  test('links end with their token, and come back with a new one', async () => {
    const opened = await openBroker({ queues })
    const credential = { signature: sign('root', uri('a'), Date.now() + hour) }
    const client = clientWith(opened, credential)
    const sender = client.createSender('a')
    const got: unknown[] = []
    const errors: unknown[] = []
    client.createReceiver('a').subscribe({
      processMessage: async ({ body }) => {
        got.push(body)
      },
      processError: async ({ error }) => {
        errors.push(error)
      },
    })
    await sender.sendMessages({ body: 1 })
    await vi.waitFor(() => expect(got).toEqual([1]))
    credential.signature = sign('root', uri('a'), Date.now() + 3 * hour)
    opened.clock.advance(hour + 1000)
    await vi.waitFor(() => expect(errors[0]).toMatchObject(unauthorized))
    await vi.waitFor(async () => {
      await sender.sendMessages({ body: 2 })
      expect(got).toContain(2)
    })
  })

  test('a sender whose token is not renewed is cut off', async () => {
    const opened = await openBroker({ queues })
    const client = clientWith(opened, sign('root', uri('a'), Date.now() + hour))
    const sender = client.createSender('a')
    await sender.sendMessages({ body: 1 })
    opened.clock.advance(hour + 1000)
    // A message sent before the client hears of the end would only time out.
    await expect(client.createReceiver('a').peekMessages(1)).rejects.toMatchObject(unauthorized)
    await expect(sender.sendMessages({ body: 2 })).rejects.toMatchObject(unauthorized)
    await expect(sender.sendMessages({ body: 3 })).rejects.toMatchObject(unauthorized)
    expect(opened.broker.stats().a?.received).toBe(1)
  })
})
