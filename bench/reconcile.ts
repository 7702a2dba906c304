import { hash } from 'node:crypto'
import type { Fields } from '../functions/sync/reconcile/rules/item.ts'
import { type Link, newLink } from '../functions/sync/reconcile/rules/link.ts'
import { plan } from '../functions/sync/reconcile/rules/plan.ts'
import type { Planned } from '../functions/sync/reconcile/rules/step.ts'
import { toInsideView, toOutsideView } from '../functions/sync/reconcile/views.ts'
import { basePolicy, Pair } from '../test/sync/reconcile/memory/pair.ts'

const ITEMS = 10_000

const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)
const project = (fields: Fields) => ({ fields })

/** A usual appointment: eleven fields, one of them long. */
function toFields(number: number): Fields {
  return {
    title: `Appointment ${number} with a customer`,
    when: { start: '2026-05-04T09:00:00', timeZone: 'Europe/Berlin', duration: 'PT1H' },
    description: `Comment on appointment ${number}. `.repeat(8),
    locations: { 1: { name: `Room ${number % 40}, first floor` } },
    priority: 5,
    freeBusyStatus: 'busy',
    status: 'confirmed',
    alerts: { 1: { trigger: { offset: '-PT15M' } } },
    privacy: 'public',
    keywords: { customer: true, travel: true },
    uid: `appointment-${number}@example.com`,
  }
}

/** A fifth each: nothing, changed inside, outside, on both in different fields, and in the same one. */
function toChanged(number: number, side: 'inside' | 'outside'): Fields {
  const fields = toFields(number)
  const kind = number % 5
  if (kind === 1 && side === 'inside') return { ...fields, title: 'changed' }
  if (kind === 2 && side === 'outside') return { ...fields, title: 'changed' }
  if (kind === 3) return side === 'inside' ? { ...fields, title: 'changed' } : { ...fields, priority: 1 }
  if (kind === 4) return { ...fields, title: `changed ${side}` }
  return fields
}

/**
 * Comparing and merging 10,000 items on either side with what was agreed, all content looked at; then whole runs over
 * sides in memory.
 */
export async function benchReconcile(): Promise<void> {
  const links: Link[] = Array.from({ length: ITEMS }, (_, number) => {
    const { prints } = toOutsideView(
      { id: '', version: '', fields: toFields(number), conditions: [] },
      digest,
    )
    return {
      ...newLink(`i${number}`),
      inside: { prints, version: 'i1' },
      outside: { id: `o${number}`, prints, version: 'o1' },
    }
  })
  const sides = links.map((link, number) => ({
    inside: { id: link.id, version: 'i2', fields: toChanged(number, 'inside'), conditions: [], changedAt: 1 },
    outside: {
      id: `o${number}`,
      version: 'o2',
      fields: toChanged(number, 'outside'),
      conditions: [],
      changedAt: 2,
    },
  }))
  const planning = { policy: basePolicy, digest, keepReplaced: false }
  const planAll = (): Planned[] =>
    links.map((link, number) => {
      const side = sides[number]
      if (side === undefined) throw new Error('unreachable')
      return plan(
        planning,
        {
          id: link.id,
          link,
          inside: { kind: 'there', item: toInsideView(side.inside, { project }, digest) },
          outside: { kind: 'there', item: toOutsideView(side.outside, digest) },
          initial: false,
        },
        `s${number}`,
      )
    })
  const times: number[] = []
  const processor: number[] = []
  let planned: Planned[] = []
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    const used = process.cpuUsage()
    planned = planAll()
    times.push(performance.now() - start)
    processor.push(process.cpuUsage(used).user / 1000)
  }
  const counts = Object.groupBy(planned, ({ action }) => action)
  console.log(`\nReconcile: ${ITEMS} × ${ITEMS} items read, compared with what was agreed, and merged`)
  console.table([
    {
      'first round ms': Math.round(times[0] ?? 0),
      'best of 5 ms': Math.round(Math.min(...times)),
      'of that processor ms': Math.round(Math.min(...processor)),
      ...Object.fromEntries(Object.entries(counts).map(([action, items]) => [action, items?.length ?? 0])),
    },
  ])
  await benchRuns()
}

async function benchRuns(): Promise<void> {
  const pair = new Pair({ manners: { parallel: 8, batch: 50 } })
  for (let number = 0; number < ITEMS; number++) {
    pair.inside.userCreate(`i${String(number).padStart(5, '0')}`, toFields(number))
  }
  const rows = []
  for (const run of ['first', 'echo', 'nothing changed', 'token expired']) {
    if (run === 'token expired') pair.outside.expireTokens()
    const { calls } = pair.gate
    const { saves } = pair.links
    const { writes } = pair
    const start = performance.now()
    await pair.run()
    rows.push({
      run,
      ms: Math.round(performance.now() - start),
      'writes to the sides': pair.writes - writes,
      'calls of ports': pair.gate.calls - calls,
      'batches kept': pair.links.saves - saves,
      'heap MB': Math.round(process.memoryUsage().heapUsed / 1_048_576),
    })
  }
  console.log(`\nReconcile: whole runs over ${ITEMS} items, both sides and the store in memory`)
  console.table(rows)
}
