import { describe, expect, it } from 'vitest'
import { fits, sameContent } from '../../../functions/hr/bookings/rules/content.ts'
import { importWindow, newEvents } from '../../../functions/hr/bookings/rules/import.ts'
import {
  bookingStates,
  shownStates,
  statesBehind,
  toShownState,
  transitions,
} from '../../../functions/hr/bookings/rules/state.ts'
import { personKeyOf } from '../../../functions/hr/rules/person-key.ts'
import { instantOf, isTimeZone, shiftWall, wallTime, withOffset } from '../../../shared/wall-time.ts'

describe('states of a booking', () => {
  it('has a row for every state and an entry for every event', () => {
    const events = Object.keys(transitions.pending).sort()
    for (const state of bookingStates) expect(Object.keys(transitions[state]).sort()).toEqual(events)
  })

  it('never sends again what is in Sage', () => {
    expect(Object.values(transitions.exported).filter(Boolean)).toEqual([])
    expect(Object.values(transitions.imported).filter(Boolean)).toEqual([])
  })

  it('never goes back to pending while it is being sent, and cannot be dismissed then', () => {
    expect(Object.values(transitions.sending)).not.toContain('pending')
    expect(transitions.sending.dismiss).toBeUndefined()
    expect(transitions.sending.retry).toBeUndefined()
  })

  it('is begun only from pending', () => {
    const from = bookingStates.filter((state) => transitions[state].send === 'sending')
    expect(from).toEqual(['pending', 'sending'])
  })

  it('shows every state as one of the documented ones', () => {
    for (const state of bookingStates) expect(shownStates).toContain(toShownState(state))
    for (const shown of shownStates) expect(statesBehind(shown).map(toShownState)).toContain(shown)
    expect(statesBehind(undefined)).toEqual(bookingStates)
  })
})

describe('wall time of a zone', () => {
  const berlin = 'Europe/Berlin'
  it.each([
    // Whatever the offset of the sender.
    ['2026-11-22T08:00:00+01:00', berlin, '2026-11-22T08:00:00'],
    ['2026-11-22T07:00:00Z', berlin, '2026-11-22T08:00:00'],
    ['2026-11-21T23:30:00-08:00', berlin, '2026-11-22T08:30:00'],
    ['2026-11-22T08:00:00.999+01:00', berlin, '2026-11-22T08:00:00'],
    ['2026-12-31T23:59:59Z', berlin, '2027-01-01T00:59:59'],
    // Midnight is 00, not 24.
    ['2026-11-21T23:00:00Z', berlin, '2026-11-22T00:00:00'],
    // Spring: 02:00 to 03:00 does not exist.
    ['2026-03-29T00:59:59Z', berlin, '2026-03-29T01:59:59'],
    ['2026-03-29T01:00:00Z', berlin, '2026-03-29T03:00:00'],
    ['2027-03-28T00:59:59Z', berlin, '2027-03-28T01:59:59'],
    ['2027-03-28T01:00:00Z', berlin, '2027-03-28T03:00:00'],
    // Autumn: 02:00 to 03:00 comes twice.
    ['2026-10-25T00:30:00Z', berlin, '2026-10-25T02:30:00'],
    ['2026-10-25T01:30:00Z', berlin, '2026-10-25T02:30:00'],
    ['2026-10-25T02:30:00Z', berlin, '2026-10-25T03:30:00'],
    ['2027-10-31T00:30:00Z', berlin, '2027-10-31T02:30:00'],
    ['2027-10-31T01:30:00Z', berlin, '2027-10-31T02:30:00'],
    ['2026-07-01T12:00:00Z', 'UTC', '2026-07-01T12:00:00'],
    ['2026-07-01T12:00:00Z', 'America/New_York', '2026-07-01T08:00:00'],
    ['2026-11-01T05:30:00Z', 'America/New_York', '2026-11-01T01:30:00'],
    ['2026-11-01T06:30:00Z', 'America/New_York', '2026-11-01T01:30:00'],
    ['2026-07-01T12:00:00Z', 'Asia/Kathmandu', '2026-07-01T17:45:00'],
    ['1999-12-31T23:59:59Z', berlin, '2000-01-01T00:59:59'],
  ])('%s in %s is %s', (instant, zone, wall) => {
    expect(wallTime(Date.parse(instant), zone)).toBe(wall)
  })

  it.each([
    ['2026-11-22T08:00:00', berlin, '2026-11-22T07:00:00.000Z', '2026-11-22T08:00:00+01:00'],
    ['2026-07-22T08:00:00', berlin, '2026-07-22T06:00:00.000Z', '2026-07-22T08:00:00+02:00'],
    // The hour that comes twice: the first.
    ['2026-10-25T02:30:00', berlin, '2026-10-25T00:30:00.000Z', '2026-10-25T02:30:00+02:00'],
    ['2027-10-31T02:30:00', berlin, '2027-10-31T00:30:00.000Z', '2027-10-31T02:30:00+02:00'],
    ['2026-10-25T01:59:59', berlin, '2026-10-24T23:59:59.000Z', '2026-10-25T01:59:59+02:00'],
    ['2026-10-25T03:00:00', berlin, '2026-10-25T02:00:00.000Z', '2026-10-25T03:00:00+01:00'],
    // The gap: as if the clock had not been put forward yet.
    ['2026-03-29T02:30:00', berlin, '2026-03-29T01:30:00.000Z', '2026-03-29T03:30:00+02:00'],
    ['2027-03-28T02:30:00', berlin, '2027-03-28T01:30:00.000Z', '2027-03-28T03:30:00+02:00'],
    ['2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z', '2026-11-01T01:30:00-04:00'],
  ])('%s in %s is the instant %s', (wall, zone, iso, shown) => {
    const instant = instantOf(wall, zone) ?? Number.NaN
    expect(new Date(instant).toISOString()).toBe(iso)
    expect(withOffset(instant, zone)).toBe(shown)
  })

  it('comes back from every wall time that exists once, all through the days of change', () => {
    for (const day of ['2026-03-29', '2026-10-25', '2027-03-28', '2027-10-31']) {
      for (let minute = -720; minute < 2160; minute += 7) {
        const instant = Date.parse(`${day}T00:00:00Z`) + minute * 60_000
        const wall = wallTime(instant, berlin)
        const back = instantOf(wall, berlin) ?? Number.NaN
        expect(wallTime(back, berlin)).toBe(wall)
        expect([0, 3_600_000]).toContain(instant - back)
      }
    }
  })

  it.each(['gestern', '2026-02-30T00:00:00', '2026-11-22T08:00:00Z', '2026-11-22', '2026-11-22T24:00:00'])(
    '"%s" is no wall time',
    (text) => {
      expect(instantOf(text, berlin)).toBeUndefined()
    },
  )

  it('knows which zones exist', () => {
    expect(['Europe/Berlin', 'UTC', 'Berlin', ''].map(isTimeZone)).toEqual([true, true, false, false])
  })

  it('shifts without asking any zone', () => {
    expect(shiftWall('2026-10-25T02:59:59', 1)).toBe('2026-10-25T03:00:00')
    expect(shiftWall('2026-01-01T00:00:00', -1)).toBe('2025-12-31T23:59:59')
  })
})

describe('what may be the booking that was sent', () => {
  const entry = { wall: '2026-11-22T08:00:00', type: 'come' as const }
  const event = (id: string, fields: object = {}) => ({ ...entry, id, ...fields })

  it.each([
    ['the same', event('9'), true],
    ['another second', event('9', { wall: '2026-11-22T08:00:01' }), false],
    ['the other type', event('9', { type: 'go' }), false],
    ['a place that Sage filled in', event('9', { placeOfWorkId: 4 }), true],
  ])('%s', (_, one, expected) => {
    expect(fits(entry, one)).toBe(expected)
  })

  it('does not take another place or input for its own', () => {
    const sent = { ...entry, placeOfWorkId: 1, additionalInputId: 2 }
    expect(fits(sent, event('1', { placeOfWorkId: 1, additionalInputId: 2 }))).toBe(true)
    expect(fits(sent, event('1', { placeOfWorkId: 2, additionalInputId: 2 }))).toBe(false)
    expect(fits(sent, event('1', { placeOfWorkId: 1 }))).toBe(false)
  })
})

describe('import', () => {
  const event = (id: string, wall = '2026-11-22T08:00:00') => ({ id, wall, type: 'come' as const })
  it('leaves out what is known and what may be under way', () => {
    const sending = { wall: '2026-11-22T08:00:00', type: 'come' as const, seen: ['3'] }
    const events = [event('1'), event('2'), event('3'), event('4', '2026-11-22T09:00:00')]
    expect(newEvents(events, new Set(['1']), [sending]).map(({ id }) => id)).toEqual(['3', '4'])
  })

  it('looks back further the first time', () => {
    const day = 86_400_000
    expect(importWindow(100 * day, undefined)).toEqual({ from: 69 * day, to: 101 * day })
    expect(importWindow(100 * day, 99 * day)).toEqual({ from: 96 * day, to: 101 * day })
  })
})

describe('content', () => {
  const content = { externalToken: '1_1', type: 'come', at: 5 } as const
  it.each([
    [{}, true],
    [{ at: 6 }, false],
    [{ type: 'go' as const }, false],
    [{ externalToken: '1_2' }, false],
    [{ placeOfWorkId: 1 }, false],
    [{ additionalInputId: 1 }, false],
  ])('%j', (fields, same) => {
    expect(sameContent(content, { ...content, ...fields })).toBe(same)
  })

  it.each([
    ['3_4', { clientNumber: 3, employeeNumber: 4 }],
    ['0_12345678', { clientNumber: 0, employeeNumber: 12_345_678 }],
    ['03_4', undefined],
    ['3_4_5', undefined],
    ['1234567_1', undefined],
    ['chip', undefined],
  ])('%s', (token, key) => {
    expect(personKeyOf(token)).toEqual(key)
  })
})
