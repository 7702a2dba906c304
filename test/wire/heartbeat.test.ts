import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  HEARTBEAT_LIFETIME_SECONDS,
  type Heartbeat,
  heartbeatKey,
  readHeartbeat,
  writeHeartbeat,
} from '../../shared/wire/heartbeat.ts'

const HUB_KEY = new Uint8Array(32).fill(1)
const NOW = 1_800_000_000_000
const UNTIL = NOW + 3_600_000
const beat: Heartbeat = { agentId: 'tenant00001-agent0000001', kind: 'online', at: NOW, echo: 'e1' }

const grantOf = (agentId: string, until = UNTIL, hubKey = HUB_KEY) => ({
  key: heartbeatKey(hubKey, agentId, until).toString('base64url'),
  until,
})
const written = (change: Partial<Heartbeat> = {}, grant = grantOf(beat.agentId)) =>
  writeHeartbeat({ ...beat, ...change }, grant)

describe('a heartbeat', () => {
  it('is read by the hub that has given its key, which keeps nothing of it', () => {
    expect(readHeartbeat(written(), [HUB_KEY], NOW)).toEqual(beat)
    expect(readHeartbeat(written({ echo: undefined }), [HUB_KEY], NOW)).toEqual({ ...beat, echo: undefined })
  })

  it('counts under a key before the present one, for as long as that is kept', () => {
    const next = new Uint8Array(32).fill(2)
    expect(readHeartbeat(written(), [next, HUB_KEY], NOW)).toEqual(beat)
    expect(readHeartbeat(written(), [next], NOW)).toBeUndefined()
  })

  it('is never JSON, whose members could replace what the broker says about it', () => {
    expect(() => JSON.parse(written())).toThrow()
  })

  const other = 'tenant00002-agent0000009'
  it.each<[string, string]>([
    ['in the name of another agent', written({ agentId: other })],
    ['with the key of another hub', written({}, grantOf(beat.agentId, UNTIL, new Uint8Array(32).fill(9)))],
    ['that claims to live longer than its key', written({}, { ...grantOf(beat.agentId), until: UNTIL + 1 })],
    ['whose key was of a session long over', written({}, grantOf(beat.agentId, NOW - 120_000))],
    ['cut off', written().slice(0, -1)],
    ['longer than any', `${written()}${'x'.repeat(2000)}`],
    ['empty', ''],
    ['JSON', '{"EnqueuedTimeUtc":"2026-01-01"}'],
    ['of another version', written().replace('b2', 'b3')],
  ])('is refused: %s', (_case, text) => {
    expect(readHeartbeat(text, [HUB_KEY], NOW)).toBeUndefined()
  })

  it('that waited in the queue past the end of its session still counts for a while', () => {
    const text = written({}, grantOf(beat.agentId, NOW))
    expect(readHeartbeat(text, [HUB_KEY], NOW + HEARTBEAT_LIFETIME_SECONDS * 1000 - 1)).toEqual(beat)
    expect(readHeartbeat(text, [HUB_KEY], NOW + HEARTBEAT_LIFETIME_SECONDS * 1000)).toBeUndefined()
  })

  it('is refused when anything of it is changed, and nothing makes reading fail', () => {
    const text = written()
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.string({ minLength: 1, maxLength: 1 }), (at, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + 1)
        const read = readHeartbeat(changed, [HUB_KEY], NOW)
        if (changed === text) expect(read).toEqual(beat)
        // The last character of a code may hold bits that mean nothing.
        else if (read !== undefined) expect([changed.length, read]).toEqual([text.length, beat])
      }),
    )
    fc.assert(
      fc.property(fc.string(), (noise) => {
        expect(readHeartbeat(noise, [HUB_KEY], NOW)).toBeUndefined()
        expect(readHeartbeat(`b2.${noise}.${'A'.repeat(43)}`, [HUB_KEY], NOW)).toBeUndefined()
      }),
    )
  })
})
