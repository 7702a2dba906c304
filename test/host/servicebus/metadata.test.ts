import { describe, expect, it } from 'vitest'
import { isLoopback, type Message } from '../../../infra/local/host/servicebus/client.ts'
import { inputData, traceParentOf, triggerMetadata } from '../../../infra/local/host/servicebus/metadata.ts'

const message = {
  body: Buffer.from('{"ä":1}'),
  messageId: 'm1',
  sessionId: 's1',
  correlationId: 'c1',
  replyTo: 'replies',
  replyToSessionId: 'hub',
  subject: 'kind',
  contentType: 'application/json',
  lockToken: '8f5a2c54-0c2f-4f4a-8f6c-0f4f3f3f3f3f',
  deliveryCount: 0,
  sequenceNumber: { toNumber: () => 7 },
  enqueuedTimeUtc: new Date('2026-01-01T00:00:00Z'),
  applicationProperties: { 'Diagnostic-Id': '00-x', Kind: 'K' },
} as unknown as Message
const bare = { body: undefined, messageId: 'm2', deliveryCount: 3 } as unknown as Message

describe('what a function gets of a message', () => {
  it('is text, or bytes when the binding says so', () => {
    expect(inputData([message], false, false)).toEqual({ string: '{"ä":1}' })
    expect(inputData([message], false, true)).toEqual({ bytes: message.body })
    expect(inputData([message, bare], true, false)).toEqual({ collectionString: { string: ['{"ä":1}', ''] } })
    expect(inputData([message, bare], true, true)).toEqual({
      collectionBytes: { bytes: [message.body, Buffer.alloc(0)] },
    })
  })

  it.each([
    ['text', 'text'],
    [{ a: 1 }, '{"a":1}'],
    [null, ''],
    [5, '5'],
  ])('a body that was not sent as bytes, %j', (body, string) => {
    expect(inputData([{ ...message, body } as Message], false, false)).toEqual({ string })
  })

  it('counts deliveries from one', () => {
    expect(triggerMetadata([message], false).DeliveryCount).toEqual({ int: 1 })
    expect(triggerMetadata([message, bare], true).DeliveryCountArray).toEqual({ json: '[1,4]' })
  })

  it('has the names of the real host', () => {
    expect(triggerMetadata([message], false)).toEqual({
      MessageId: { string: 'm1' },
      SessionId: { string: 's1' },
      CorrelationId: { string: 'c1' },
      ReplyTo: { string: 'replies' },
      ReplyToSessionId: { string: 'hub' },
      Subject: { string: 'kind' },
      Label: { string: 'kind' },
      ContentType: { string: 'application/json' },
      LockToken: { string: '8f5a2c54-0c2f-4f4a-8f6c-0f4f3f3f3f3f' },
      SequenceNumber: { int: 7 },
      DeliveryCount: { int: 1 },
      EnqueuedTimeUtc: { json: '"2026-01-01T00:00:00.000Z"' },
      ApplicationProperties: { json: '{"Diagnostic-Id":"00-x","Kind":"K"}' },
    })
    expect(triggerMetadata([message, bare], true)).toMatchObject({
      MessageIdArray: { collectionString: { string: ['m1', 'm2'] } },
      SessionIdArray: { collectionString: { string: ['s1', ''] } },
      ApplicationPropertiesArray: { json: '[{"Diagnostic-Id":"00-x","Kind":"K"},{}]' },
    })
  })

  it('knows the trace of the sender', () => {
    expect(traceParentOf(message)).toBe('00-x')
    expect(traceParentOf(bare)).toBeUndefined()
  })
})

describe('plain WebSocket', () => {
  it.each([
    ['Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=a;SharedAccessKey=b', true],
    ['SharedAccessKey=b;Endpoint=sb://localhost/', true],
    ['Endpoint=sb://[::1]:9', true],
    ['Endpoint=sb://127.0.0.1.example.org/', false],
    ['Endpoint=sb://localhost.example.org/;X=sb://localhost/', false],
    ['Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=127.0.0.1', false],
  ])('%s: %s', (connection, expected) => {
    expect(isLoopback(connection)).toBe(expected)
  })
})
