/** 95 minutes are "1:35", less than nothing has a minus: "−0:30". */
export function hoursOf(minutes: number, format: (hours: number) => string = String): string {
  const size = Math.abs(minutes)
  const rest = String(size % 60).padStart(2, '0')
  return `${minutes < 0 ? '−' : ''}${format(Math.floor(size / 60))}:${rest}`
}
