import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readEvent, writeEvent } from '../../shared/wire/event.ts'
import { REPORT_SHARDS, reportShardOf } from '../../shared/wire/queues.ts'

it('an event comes back as it was written, and is never JSON', () => {
  const name = fc.stringMatching(/^[\w-]{1,64}$/)
  fc.assert(
    fc.property(name, name, fc.uint8Array({ minLength: 1, maxLength: 300 }), (agentId, id, sealed) => {
      const text = writeEvent({ agentId, id, sealed })
      const read = readEvent(text)
      expect(read && { ...read, sealed: [...read.sealed] }).toEqual({ agentId, id, sealed: [...sealed] })
      expect(() => JSON.parse(text)).toThrow()
    }),
  )
})

it('anything else is none', () => {
  for (const text of ['', 'e2.', 'e2.a.b', 'e1.a.b.c', 'e2.a.b.c.d', '{"a":1}', 'e2.a/b.c.d', '12345']) {
    expect(readEvent(text)).toBeUndefined()
  }
  fc.assert(fc.property(fc.string(), (text) => void readEvent(text)))
})

it('tenants are spread over the queues of reports, each always to the same', () => {
  const counts = new Map<number, number>()
  for (let tenant = 0; tenant < 4000; tenant++) {
    const shard = reportShardOf(`t${tenant.toString(36)}x9kq2`)
    counts.set(shard, (counts.get(shard) ?? 0) + 1)
  }
  expect([...counts.keys()].sort()).toEqual([...REPORT_SHARDS])
  for (const count of counts.values()) expect(count).toBeGreaterThan(700)
  expect(['tenant00001', 'tenant00002', 'x'].map(reportShardOf)).toEqual([0, 1, 3])
})
