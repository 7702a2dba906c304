/**
 * Instants and what a clock on the wall of a zone shows at them. The zone's rules are those of the platform (Intl, IANA
 * names). A wall time is `2026-10-25T02:30:00`: whole seconds, no offset; fractions are dropped.
 */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formats.set(timeZone, format)
  return format
}

export function isTimeZone(name: string): boolean {
  try {
    return formatOf(name).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** @param ms milliseconds since the epoch. @throws RangeError for an unknown zone */
export function wallTime(ms: number, timeZone: string): string {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(Math.floor(ms / 1000) * 1000)
      .map(({ type, value }) => [type, value]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}`
}

/** Milliseconds by which a zone's wall time is ahead of UTC at an instant. */
export function offsetAt(ms: number, timeZone: string): number {
  return Date.parse(`${wallTime(ms, timeZone)}Z`) - Math.floor(ms / 1000) * 1000
}

/**
 * The instant at which a wall shows this time. Of the hour that comes twice it is the first; a time in the gap of
 * spring is read with the offset before it, so that it lies after the gap.
 * @returns undefined for what is no wall time
 */
export function instantOf(wall: string, timeZone: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(wall)) return undefined
  const asUtc = Date.parse(`${wall}Z`)
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString().slice(0, 19) !== wall) return undefined
  const day = 86_400_000
  const offsets = [offsetAt(asUtc - day, timeZone), offsetAt(asUtc + day, timeZone)]
  const fitting = offsets
    .map((offset) => asUtc - offset)
    .filter((instant) => wallTime(instant, timeZone) === wall)
  return fitting.length > 0 ? Math.min(...fitting) : asUtc - (offsets[0] ?? 0)
}

/** RFC 3339 with the zone's offset, for a wall time whose instant is known. */
export function withOffset(ms: number, timeZone: string): string {
  const minutes = Math.round(offsetAt(ms, timeZone) / 60_000)
  const sign = minutes < 0 ? '-' : '+'
  const two = (value: number) => String(value).padStart(2, '0')
  const ahead = Math.abs(minutes)
  return `${wallTime(ms, timeZone)}${sign}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`
}

/** A wall time so many seconds later, without asking any zone. */
export function shiftWall(wall: string, seconds: number): string {
  return new Date(Date.parse(`${wall}Z`) + seconds * 1000).toISOString().slice(0, 19)
}
