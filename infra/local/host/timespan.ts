const pattern = /^(?:(\d{1,5})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?$/

/**
 * Milliseconds of a .NET time span such as `00:10:00` or `1.00:00:00` (days, hours, minutes, seconds).
 * Returns undefined when the text is not one.
 */
export function parseTimeSpan(text: string): number | undefined {
  const match = pattern.exec(text)
  if (!match) return undefined
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const wholeSeconds = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
  return wholeSeconds * 1000 + Math.floor(Number(`0.${fraction}`) * 1000)
}
