import fc from 'fast-check'

/** What can happen to a queue, in any order. `pick` chooses among what there is. */
export const operation = fc.oneof(
  fc.record({
    kind: fc.constant('send' as const),
    session: fc.integer({ min: 0, max: 2 }),
    ttl: fc.option(fc.integer({ min: 1, max: 400 })),
    delay: fc.option(fc.integer({ min: 1, max: 300 })),
  }),
  fc.record({ kind: fc.constant('receive' as const), pick: fc.nat() }),
  fc.record({
    kind: fc.constantFrom(
      'complete' as const,
      'abandon' as const,
      'defer' as const,
      'fail' as const,
      'renew' as const,
    ),
    pick: fc.nat(),
  }),
  fc.record({ kind: fc.constant('receive-deferred' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 80 }) }),
  // Time passes and nobody has looked yet.
  fc.record({ kind: fc.constant('drift' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constantFrom('accept' as const, 'accept-next' as const), pick: fc.nat() }),
  fc.record({
    kind: fc.constantFrom('close-session' as const, 'break-session' as const, 'renew-session' as const),
    pick: fc.nat(),
  }),
)
export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never
