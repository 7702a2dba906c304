const SECOND_MS = 1000
const MINUTE_S = 60
const HOUR_S = 3600

/** How long something took: "0,4 s", "12 s", "3 min 20 s", "1 h 5 min". The units are the same in German and English. */
export function formatDuration(milliseconds: number, locale: string): string {
  const seconds = Math.max(0, milliseconds) / SECOND_MS
  if (seconds < 10) {
    return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(seconds)} s`
  }
  const whole = Math.round(seconds)
  if (whole < MINUTE_S) return `${whole} s`
  if (whole < HOUR_S) return `${Math.floor(whole / MINUTE_S)} min ${whole % MINUTE_S} s`
  return `${Math.floor(whole / HOUR_S)} h ${Math.floor((whole % HOUR_S) / MINUTE_S)} min`
}
