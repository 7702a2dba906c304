/** How often a stream looks, and how long it lives. All in milliseconds. */
export const pace = {
  /** Between two looks while something happens, and while nothing does. */
  busy: 2_000,
  idle: 5_000,
  /** How much longer each look in a row that finds nothing waits. */
  growth: 1.25,
  /** At most this long nothing is sent. */
  heartbeat: 15_000,
  /** How often it is looked whether the caller may still listen. */
  permission: 15_000,
  /** A stream ends itself before Azure's load balancer does (230 s); the browser connects again. */
  lifetime: 200_000,
  /** How often what costs more is looked at while nothing else has changed. */
  dear: 15_000,
} as const

/** The pause after so many looks in a row that found nothing. */
export function pauseAfter(quietLooks: number): number {
  return Math.min(pace.idle, Math.round(pace.busy * pace.growth ** quietLooks))
}
