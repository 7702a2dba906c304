import { describe, expect, it } from 'vitest'
import type { FunctionMetadata } from '../../infra/local/host/core-types.ts'
import { readTrigger, resolveSettings } from '../../infra/local/host/triggers.ts'

const settings = {
  QUEUE: 'jobs',
  EVERY: '0 */5 * * * *',
  BUS: 'Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=n;SharedAccessKey=k',
  AzureWebJobsOTHER: 'Endpoint=sb://other/;SharedAccessKeyName=n;SharedAccessKey=k',
  IDENTITY__fullyQualifiedNamespace: 'x.servicebus.windows.net',
  NOT_BUS: 'DefaultEndpointsProtocol=https',
  EMPTY: '',
}

function read(trigger: Record<string, unknown>, more: Partial<FunctionMetadata> = {}) {
  const bindings = { in1: { direction: 'in', ...trigger }, ...more.bindings }
  return readTrigger({ name: 'fn', ...more, bindings }, settings)
}

const http = { type: 'httpTrigger', authLevel: 'anonymous', methods: ['get', 'Post'] }
const timer = { type: 'timerTrigger', schedule: '%EVERY%' }
const queue = { type: 'serviceBusTrigger', queueName: '%QUEUE%', connection: 'BUS' }

describe('triggers that are run', () => {
  it.each([
    [http, { kind: 'http', binding: 'in1', route: 'fn', methods: ['GET', 'POST'] }],
    [{ ...http, route: 'a/{b}' }, { route: 'a/{b}' }],
    [timer, { kind: 'timer', schedule: '0 */5 * * * *', runOnStartup: false, useMonitor: true }],
    [
      { ...timer, runOnStartup: true, useMonitor: false },
      { runOnStartup: true, useMonitor: false },
    ],
    [
      queue,
      {
        kind: 'queue',
        queue: 'jobs',
        connectionString: settings.BUS,
        sessions: false,
        batch: false,
        binary: false,
      },
    ],
    [
      { ...queue, isSessionsEnabled: true, cardinality: 'many', dataType: 'binary' },
      { sessions: true, batch: true, binary: true },
    ],
    [{ ...queue, connection: 'OTHER' }, { connectionString: settings.AzureWebJobsOTHER }],
  ])('%j', (trigger, expected) => {
    expect(read(trigger)).toMatchObject(expected)
  })
})

describe('what is refused, with function and binding named', () => {
  it.each([
    [{ ...http, authLevel: 'function' }, 'only authLevel "anonymous"'],
    [{ ...timer, schedule: '%GONE%' }, 'the app setting "GONE" in "%GONE%" is not set'],
    [{ ...timer, schedule: '%EMPTY%' }, '"EMPTY"'],
    [{ ...queue, queueName: undefined, topicName: 't', subscriptionName: 's' }, 'only queues are supported'],
    [
      { ...queue, connection: 'GONE' },
      'the app setting "GONE" with the Service Bus connection string is not set',
    ],
    [{ ...queue, connection: 'NOT_BUS' }, 'is no Service Bus connection string'],
    [{ ...queue, connection: 'IDENTITY' }, 'identity-based connections'],
    [{ ...queue, autoCompleteMessages: false }, 'always completed by the host'],
    [{ ...queue, sdkBinding: true }, 'SDK bindings are not supported'],
    [{ ...queue, dataType: 'stream' }, 'only "string" and "binary"'],
    [{ type: 'blobTrigger', path: 'x' }, 'in binding of type "blobTrigger" is not supported'],
    [{ type: 'table' }, '"table" is not supported'],
  ])('%j', (trigger, reason) => {
    expect(() => read(trigger)).toThrow(/^Function "fn", binding "in1": /)
    expect(() => read(trigger)).toThrow(reason)
  })

  it.each([
    [{ $return: { type: 'queue', direction: 'out' } }, 'binding "$return": out binding of type "queue"'],
    [{ extra: { type: 'blob', direction: 'in' } }, 'binding "extra": in binding of type "blob"'],
    [{ second: { ...timer, direction: 'in' } }, 'binding "second": a function has one trigger only'],
  ])('further bindings %j', (bindings, reason) => {
    expect(() => read(http, { name: 'fn', bindings })).toThrow(reason)
  })

  it('retry policies and functions without trigger', () => {
    expect(() => read(timer, { retryOptions: { maxRetryCount: 1 } })).toThrow(
      'retry policies are not supported',
    )
    expect(() => readTrigger({ name: 'fn', bindings: {} }, settings)).toThrow('there is no trigger')
  })

  it('settings that only exist on the prototype', () => {
    expect(() => resolveSettings('%constructor%', {})).toThrow('"constructor"')
  })
})
