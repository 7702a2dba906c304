import { describe, expect, it } from 'vitest'
import { readHostSettings } from '../../infra/local/host/host-json.ts'
import { parseTimeSpan } from '../../infra/local/host/timespan.ts'

describe('time spans', () => {
  it.each([
    ['00:10:00', 600_000],
    ['1.02:03:04', 93_784_000],
    ['00:00:00.5', 500],
    ['23:59:59', 86_399_000],
    ['24:00:00', undefined],
    ['00:60:00', undefined],
    ['10', undefined],
    ['', undefined],
  ])('"%s" is %s ms', (text, ms) => {
    expect(parseTimeSpan(text)).toBe(ms)
  })
})

describe('host.json', () => {
  it('has the defaults of the real host', () => {
    expect(readHostSettings({ version: '2.0' })).toEqual({
      routePrefix: 'api',
      functionTimeoutMs: 1_800_000,
      serviceBus: {
        maxAutoLockRenewalMs: 300_000,
        maxConcurrentCalls: 16,
        maxConcurrentSessions: 8,
        sessionIdleTimeoutMs: 60_000,
        maxMessageBatchSize: 1000,
      },
    })
  })

  it('is read, and what only the real host knows is left alone', () => {
    const settings = readHostSettings({
      version: '2.0',
      functionTimeout: '00:00:30',
      logging: { logLevel: { default: 'Information' } },
      extensions: {
        http: { routePrefix: '/x/', customHeaders: {} },
        serviceBus: {
          prefetchCount: 0,
          maxAutoLockRenewalDuration: '00:01:00',
          maxConcurrentCalls: 2,
          maxConcurrentSessions: 3,
          sessionIdleTimeout: '00:00:05',
          maxMessageBatchSize: 4,
        },
      },
    })
    expect(settings).toEqual({
      routePrefix: 'x',
      functionTimeoutMs: 30_000,
      serviceBus: {
        maxAutoLockRenewalMs: 60_000,
        maxConcurrentCalls: 2,
        maxConcurrentSessions: 3,
        sessionIdleTimeoutMs: 5_000,
        maxMessageBatchSize: 4,
      },
    })
  })

  it('may switch the time limit off', () => {
    expect(readHostSettings({ version: '2.0', functionTimeout: '-1' }).functionTimeoutMs).toBeUndefined()
  })

  it.each([
    [{}, 'version'],
    [{ version: '2.0', functionTimeout: 'soon' }, '"soon" is not a time span'],
    [{ version: '2.0', extensions: { serviceBus: { prefetchCount: 10 } } }, 'prefetchCount'],
    [{ version: '2.0', extensions: { serviceBus: { autoCompleteMessages: false } } }, 'autoCompleteMessages'],
    [{ version: '2.0', extensions: { http: { routePrefix: '{x}' } } }, 'takes no parameters'],
  ])('%j is refused', (content, reason) => {
    expect(() => readHostSettings(content)).toThrow(reason)
  })
})
