import { toBatches } from './load.ts'
import type { Sides } from './perform.ts'
import type { LinkStore, OutsideItem, StoredLink } from './port.ts'
import { sameLink } from './rules/conclude.ts'
import { toPrints } from './rules/item.ts'
import { type Intent, type Link, toMark } from './rules/link.ts'
import { type Findings, settle } from './rules/settle.ts'

/** Items that a cut run has left, or that somebody has decided, settled as far as they can be. */
export interface Recovered {
  readonly links: ReadonlyMap<string, Link>
  /** What was found outside for a link that is not known to have it yet. */
  readonly found: ReadonlyMap<string, OutsideItem>
}

const BATCH = 50

/**
 * Comes before new outside items are looked for, so that what a cut run made is linked and not taken for somebody
 * else's.
 * @param save false in a dry run
 */
export async function recover(sides: Sides, links: LinkStore, save: boolean): Promise<Recovered> {
  const settled = new Map<string, Link>()
  const found = new Map<string, OutsideItem>()
  for (const batch of toBatches(await links.pending(), BATCH)) {
    const items = await readOutside(sides, batch)
    const insideItems = await sides.inside.get(batch.map(({ link }) => link.id))
    const changed: { link: Link; etag: string }[] = []
    for (const { link, etag } of batch) {
      const { intent } = link
      if (intent === undefined) {
        settled.set(link.id, link)
        continue
      }
      const item = items.get(link.id)
      const inside = insideItems.find(({ id }) => id === link.id)
      const now = settle(link, intent, toFindings(sides, inside, item))
      if (item !== undefined) found.set(link.id, item)
      settled.set(link.id, now)
      if (!sameLink(link, now)) changed.push({ link: now, etag })
    }
    if (save && changed.length > 0) {
      await links.save(
        changed.map(({ link, etag }) => ({ id: link.id, link, etag })),
        [],
      )
    }
  }
  return { links: settled, found }
}

/** By the link's id; what a creation may have made, by its mark. */
async function readOutside(sides: Sides, batch: readonly StoredLink[]): Promise<Map<string, OutsideItem>> {
  const items = new Map<string, OutsideItem>()
  const known = new Map<string, string>()
  for (const { link } of batch) {
    if (link.intent === undefined) continue
    if (link.intent.kind === 'create') {
      const [first] = [...(await sides.outside.find(toMark(link.id, link.generation)))].sort((a, b) =>
        a.id < b.id ? -1 : 1,
      )
      if (first !== undefined) items.set(link.id, first)
      continue
    }
    const outsideId = toOutsideId(link, link.intent)
    if (outsideId !== undefined) known.set(outsideId, link.id)
  }
  for (const ids of toBatches([...known.keys()], sides.outside.capabilities.batch)) {
    for (const item of await sides.outside.get(ids)) {
      const id = known.get(item.id)
      if (id !== undefined) items.set(id, item)
    }
  }
  return items
}

function toOutsideId(link: Link, intent: Intent): string | undefined {
  return intent.kind === 'take' ? intent.outsideId : link.outside?.id
}

type InsideRead = Awaited<ReturnType<Sides['inside']['get']>>[number]

function toFindings(
  { digest }: Sides,
  inside: InsideRead | undefined,
  outside: OutsideItem | undefined,
): Findings {
  return {
    inside:
      inside === undefined
        ? 'never'
        : 'deleted' in inside
          ? 'deleted'
          : { prints: toPrints(inside.fields, digest), stamp: inside.stamp },
    outside: outside === undefined ? 'gone' : { ...outside, prints: toPrints(outside.fields, digest) },
  }
}
