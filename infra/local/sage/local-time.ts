import { z } from 'zod'
import type { Clock } from '../../../shared/clock.ts'

const pattern = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,7})?)?$/

/** Milliseconds of a local time read as if it were UTC: good for comparing local times, for nothing else. */
export function localMilliseconds(local: string): number {
  return Date.parse(`${local}Z`)
}

/** `2026-11-22T08:00:00`, or null when `text` is no local time. Fractions are dropped; an offset is not allowed. */
export function parseLocalTime(text: string, dateAlone: 'allowed' | 'refused'): string | null {
  const match = pattern.exec(text)
  if (!match) return null
  if (match[4] === undefined && dateAlone === 'refused') return null
  const whole = match[4] === undefined ? `${text}T00:00:00` : text.slice(0, 19)
  const ms = localMilliseconds(whole)
  // Date.parse accepts 30 February; writing it again shows the difference.
  return Number.isFinite(ms) && new Date(ms).toISOString().slice(0, 19) === whole ? whole : null
}

function localTimeSchema(dateAlone: 'allowed' | 'refused') {
  return z.string().transform((text, context) => {
    const local = parseLocalTime(text, dateAlone)
    if (local !== null) return local
    context.addIssue({
      code: 'custom',
      message: 'must be a local time without offset, such as 2026-11-22T08:00:00',
    })
    return z.NEVER
  })
}

/** A time in a body. */
export const bodyTime = localTimeSchema('refused')
/** A time in a query: a date alone means its midnight, as .NET reads it. */
export const queryTime = localTimeSchema('allowed')

export interface ServerTime {
  /** Now, as the server's own clock shows it: local, whole seconds, without offset. */
  local(): string
  /** How far the server's clock is ahead of the injected one, in milliseconds. */
  setOffset(ms: number): void
}

/** Throws RangeError for a time zone that the platform does not know. */
export function createServerTime(clock: Clock, timeZone: string, offsetMs: number): ServerTime {
  let offset = offsetMs
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return {
    local: () => format.format(clock.now() + offset).replace(' ', 'T'),
    setOffset: (ms) => {
      offset = ms
    },
  }
}
