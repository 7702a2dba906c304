/** Days as a date field gives them, `2026-11-25`, or empty. */
export interface Period {
  readonly from: string
  readonly to: string
}

/** The instants between which a period of whole local days lies; the last day is part of it. */
export function instantOf({ from, to }: Period): { readonly from?: string; readonly to?: string } {
  const start = startOf(from, 0)
  const end = startOf(to, 1)
  return { ...(start === undefined ? {} : { from: start }), ...(end === undefined ? {} : { to: end }) }
}

/** Midnight here, so many days later; the clock may have changed in between. */
function startOf(day: string, later: number): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? []
  if (year === undefined) return undefined
  return new Date(Number(year), Number(month) - 1, Number(date) + later).toISOString()
}
