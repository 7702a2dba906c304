import type { Entry } from './execute.ts'
import type { Sides } from './perform.ts'
import type { LinkStore, OutsideItem } from './port.ts'
import type { Link } from './rules/link.ts'
import type { Situation } from './rules/situation.ts'
import { toInsidePresence, toOutsideView } from './views.ts'

/** What the listing says about an outside item. */
export type Claim =
  | { readonly kind: 'listed'; readonly id: string; readonly item?: OutsideItem | undefined }
  /** Not listed, and asked for by itself. */
  | { readonly kind: 'gone' }

export interface Loading {
  readonly sides: Sides
  readonly links: LinkStore
  readonly initial: boolean
  /** Read the outside items, whatever is known about them: settings have changed, or the run is to be undone later. */
  readonly readAll: boolean
  /** Links that this run has settled without saving them. */
  readonly overlay: ReadonlyMap<string, Link>
}

/** @returns in the order of the ids, and those that were listed but are not there: the next listing will tell */
export async function loadSituations(
  loading: Loading,
  ids: readonly string[],
  claims: ReadonlyMap<string, Claim>,
): Promise<{ readonly entries: readonly Entry[]; readonly vanished: readonly string[] }> {
  const { sides, links, initial, overlay } = loading
  const { inside, outside, digest } = sides
  const [stored, insideItems] = await Promise.all([links.get(ids), inside.get(ids)])
  const storedById = new Map(stored.map((row) => [row.link.id, row]))
  const insideById = new Map(insideItems.map((item) => [item.id, item]))
  const toRead = new Map<string, string>()
  for (const id of ids) {
    const link = overlay.get(id) ?? storedById.get(id)?.link
    const outsideId = idToRead(loading, link, claims.get(id), insideById.has(id))
    if (outsideId !== undefined) toRead.set(id, outsideId)
  }
  const read = new Map<string, OutsideItem>()
  for (const batch of toBatches([...toRead.values()], outside.capabilities.batch)) {
    for (const item of await outside.get(batch)) read.set(item.id, item)
  }
  const entries: Entry[] = []
  const vanished: string[] = []
  for (const id of ids) {
    const row = storedById.get(id)
    const claim = claims.get(id)
    const readId = toRead.get(id)
    const item = readId === undefined ? toListed(claim) : read.get(readId)
    if (readId !== undefined && item === undefined) {
      vanished.push(id)
      continue
    }
    entries.push({
      situation: {
        id,
        link: overlay.get(id) ?? row?.link,
        inside: toInsidePresence(insideById.get(id), outside, digest),
        outside:
          item !== undefined
            ? { kind: 'there', item: toOutsideView(item, digest) }
            : claim?.kind === 'gone'
              ? { kind: 'gone' }
              : toUnread(row?.link),
        initial,
      },
      stored: row,
    })
  }
  return { entries, vanished }
}

function toUnread(link: Link | undefined): Situation['outside'] {
  return link?.outside?.gone === true ? { kind: 'gone' } : { kind: 'unread' }
}

function toListed(claim: Claim | undefined): OutsideItem | undefined {
  return claim?.kind === 'listed' ? claim.item : undefined
}

/** The outside item that has to be read before anything can be decided. */
function idToRead(
  { readAll }: Loading,
  link: Link | undefined,
  claim: Claim | undefined,
  insideKnown: boolean,
): string | undefined {
  if (claim?.kind === 'gone') return undefined
  if (claim?.kind === 'listed') return claim.item === undefined ? claim.id : undefined
  const known = link?.outside
  if (known === undefined || known.gone === true) return undefined
  // Without a version of what was agreed nobody knows what a write would meet.
  const unsure = known.version === undefined || link?.excluded !== undefined || link?.conflict !== undefined
  return unsure || (readAll && insideKnown) ? known.id : undefined
}

export function toBatches<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = []
  for (let from = 0; from < items.length; from += size) batches.push(items.slice(from, from + size))
  return batches
}
