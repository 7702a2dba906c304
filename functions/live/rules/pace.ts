/** How streams keep time. All in milliseconds. */
export const pace = {
  /**
   * Streams look when they are told that something has changed; so often they look without, because whoever should have
   * told may have died, and because a session may just have run out.
   */
  backstop: 60_000,
  /** Between two looks at the same while changes go on. */
  rest: 200,
  /** Before what could not be read is tried again. */
  retry: 5_000,
  /** At most this long nothing is sent. */
  heartbeat: 15_000,
  /** Nothing is told to a caller of whom it has not been asked for so long whether they may still listen. */
  permission: 15_000,
  /** A stream ends itself before Azure's load balancer does (230 s); the browser connects again. */
  lifetime: 200_000,
  /** What is known of a tenant outlives its last stream for so long: a browser that connects again costs nothing. */
  linger: 10_000,
} as const

/** The next look without being told: up to a tenth sooner or later, so that hubs and tenants do not look all at once. */
export function backstopAfter(chance: number): number {
  return Math.round(pace.backstop * (0.9 + 0.2 * chance))
}
