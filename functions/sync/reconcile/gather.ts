import type { Entry } from './execute.ts'
import { type Claim, type Loading, loadSituations, toBatches } from './load.ts'
import type { Sides } from './perform.ts'
import type { LinkStore, OutsideChange, OutsideItem, OutsideListing, ReconcileState } from './port.ts'
import type { Recovered } from './recover.ts'
import type { Fields } from './rules/item.ts'
import { type Link, parseMark } from './rules/link.ts'

/** What a run has to look at. Holds ids and versions, no content, unless a listing has brought it. */
export interface Gathered {
  /** Ids of links and inside items to look at, strangers not among them. */
  readonly candidates: ReadonlySet<string>
  readonly claims: Map<string, Claim>
  /** Outside items that no link knows. */
  readonly strangers: readonly OutsideChange[]
  /** Confirmed to be no longer outside, and deleted inside: what the guard counts. */
  readonly goneOutside: readonly string[]
  readonly deletedInside: readonly string[]
  readonly overlay: Map<string, Link>
  /** Inside ids by what their items look like, to find them in another collection; empty unless it is one. */
  readonly matches: ReadonlyMap<string, string>
  readonly cursor: string
}

export interface GatherInput {
  readonly sides: Sides
  readonly links: LinkStore
  readonly state: ReconcileState
  readonly listing: OutsideListing
  readonly recovered: Recovered
  /** Look at everything, whatever the versions say. */
  readonly recheck: boolean
  /** The outside is another collection: nothing there is known yet. */
  readonly relink: boolean
  readonly match: ((fields: Fields) => string | undefined) | undefined
}

const BATCH = 50

export async function gather(input: GatherInput): Promise<Gathered> {
  const { sides, links, state, listing, recovered, recheck, relink } = input
  const overlay = new Map(relink ? [] : recovered.links)
  const claims = new Map<string, Claim>()
  const candidates = new Set<string>()
  const whole = listing.full || recheck
  const listed = new Map(listing.changes.map((change) => [change.id, change]))
  const index = await indexLinks(links, whole ? undefined : [...listed.keys()])
  if (relink) {
    for (const link of index.all) overlay.set(link.id, link)
    index.byOutside.clear()
  } else {
    for (const link of recovered.links.values()) {
      candidates.add(link.id)
      const item = recovered.found.get(link.id)
      addKnown(index, link)
      if (item !== undefined) {
        claims.set(link.id, { kind: 'listed', id: item.id, item })
        listed.delete(item.id)
      } else if (link.outside !== undefined && !whole && !listed.has(link.outside.id)) {
        listed.set(link.outside.id, { id: link.outside.id })
      }
    }
  }
  const strangers: OutsideChange[] = []
  const missing: Known[] = []
  for (const change of listed.values()) {
    const known = index.byOutside.get(change.id)
    if (known === undefined) {
      if (change.version !== undefined) strangers.push(change)
    } else if (change.version === undefined) {
      if (!known.gone) missing.push(known)
    } else if (recheck || change.version !== known.version) {
      claims.set(known.id, { kind: 'listed', id: change.id, item: change.item })
    }
  }
  if (listing.full) {
    for (const known of index.byOutside.values()) {
      if (!listed.has(known.outsideId) && !claims.has(known.id) && !known.gone) missing.push(known)
    }
  }
  const goneOutside = await confirmGone(sides, missing, claims)
  const changes = await sides.inside.listChanges(recheck ? undefined : state.cursor)
  if (recheck) for (const link of index.all) candidates.add(link.id)
  for (const id of claims.keys()) candidates.add(id)
  for (const { id } of changes.changes) candidates.add(id)
  return {
    candidates,
    claims,
    strangers,
    goneOutside,
    deletedInside: changes.changes.filter(({ version }) => version === undefined).map(({ id }) => id),
    overlay,
    matches: relink ? await indexMatches(input, overlay, candidates) : new Map(),
    cursor: changes.cursor,
  }
}

/** As little of a link as a listing is compared with, because there may be very many. */
interface Known {
  readonly id: string
  readonly outsideId: string
  /** That was looked at, whatever came of it. */
  readonly version: string | undefined
  readonly gone: boolean
}

interface Index {
  readonly byOutside: Map<string, Known>
  /** As they are before anything outside is known; only where all links were read. */
  readonly all: Link[]
}

async function indexLinks(links: LinkStore, outsideIds: readonly string[] | undefined): Promise<Index> {
  const index: Index = { byOutside: new Map(), all: [] }
  if (outsideIds === undefined) {
    for await (const { link } of links.all()) {
      index.all.push(toUnlinked(link))
      addKnown(index, link)
    }
  } else {
    for (const batch of toBatches(outsideIds, BATCH)) {
      for (const { link } of await links.findByOutside(batch)) addKnown(index, link)
    }
  }
  return index
}

function addKnown({ byOutside }: Index, { id, outside }: Link): void {
  if (outside === undefined) return
  const version = outside.version ?? outside.seen
  byOutside.set(outside.id, { id, outsideId: outside.id, version, gone: outside.gone === true })
}

/** What was deleted externally stays so until it is found. */
function toUnlinked({ id, generation, active, deletedExternally }: Link): Link {
  return { id, generation, active, deletedExternally }
}

/** Not listed is not deleted: what moves out of a server's view is not listed, either. */
async function confirmGone(
  sides: Sides,
  missing: readonly Known[],
  claims: Map<string, Claim>,
): Promise<readonly string[]> {
  const gone: string[] = []
  for (const batch of toBatches(missing, sides.outside.capabilities.batch)) {
    const items = await sides.outside.get(batch.map(({ outsideId }) => outsideId))
    const byId = new Map(items.map((item) => [item.id, item]))
    for (const { id, outsideId } of batch) {
      const item = byId.get(outsideId)
      claims.set(id, item === undefined ? { kind: 'gone' } : { kind: 'listed', id: item.id, item })
      if (item === undefined) gone.push(id)
    }
  }
  return gone
}

/** What looks alike is one item, where only one looks so. */
async function indexMatches(
  { sides, match }: GatherInput,
  overlay: ReadonlyMap<string, Link>,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const matches = new Map<string, string>()
  const ambiguous = new Set<string>()
  if (match === undefined) return matches
  for (const batch of toBatches([...ids], BATCH)) {
    for (const item of await sides.inside.get(batch)) {
      if ('deleted' in item || overlay.get(item.id)?.deletedExternally === true) continue
      const key = match(item.fields)
      if (key === undefined) continue
      if (matches.has(key)) ambiguous.add(key)
      else matches.set(key, item.id)
    }
  }
  for (const key of ambiguous) matches.delete(key)
  return matches
}

/**
 * Outside items that no link knows: one that a link waits for by its mark, one that looks like ours, or a new one.
 * @param treated ids that were found in this run already: a copy comes too late
 */
export async function loadStrangers(
  loading: Loading,
  gathered: Gathered,
  batch: readonly OutsideChange[],
  match: ((fields: Fields) => string | undefined) | undefined,
  treated: ReadonlySet<string>,
): Promise<{ readonly entries: readonly Entry[]; readonly vanished: number }> {
  const { outside } = loading.sides
  const items = new Map<string, OutsideItem>()
  for (const { id, item } of batch) if (item !== undefined) items.set(id, item)
  const unread = batch.filter(({ item }) => item === undefined).map(({ id }) => id)
  for (const ids of toBatches(unread, outside.capabilities.batch)) {
    for (const item of await outside.get(ids)) items.set(item.id, item)
  }
  const owners = await findOwners(loading, gathered, [...items.values()])
  const claims = new Map<string, Claim>()
  for (const item of items.values()) {
    const marked = owners.get(item.id)
    const matched = marked === undefined ? gathered.matches.get(match?.(item.fields) ?? '') : undefined
    const wanted = [marked, matched].find(
      (each) => each !== undefined && !claims.has(each) && !treated.has(each),
    )
    const id = wanted ?? toInsideId(loading, item.id)
    claims.set(id, { kind: 'listed', id: item.id, item })
  }
  const { entries, vanished } = await loadSituations(loading, [...claims.keys()], claims)
  return { entries, vanished: batch.length - items.size + vanished.length }
}

/** By outside id, the inside id that the mark names, where nothing else has its place. The mark is a hint: copies have it. */
async function findOwners(
  { links, sides }: Loading,
  { overlay, claims }: Gathered,
  items: readonly OutsideItem[],
): Promise<ReadonlyMap<string, string>> {
  const marks = items.flatMap((item) => {
    const mark = item.mark === undefined ? undefined : parseMark(item.mark)
    return mark === undefined ? [] : [{ item, ...mark }]
  })
  const owners = new Map<string, string>()
  if (marks.length === 0) return owners
  const ids = [...new Set(marks.map(({ id }) => id))]
  const stored = new Map((await links.get(ids)).map(({ link }) => [link.id, link]))
  const inside = new Map((await sides.inside.get(ids)).map((item) => [item.id, item]))
  for (const { item, id, generation } of marks) {
    const link = overlay.get(id) ?? stored.get(id)
    const known = inside.get(id)
    if (link === undefined) {
      if (known !== undefined && !('deleted' in known)) owners.set(item.id, id)
    } else if (link.generation === generation) {
      if (link.outside === undefined) owners.set(item.id, id)
      else if (link.outside.gone === true || claims.get(id)?.kind === 'gone') {
        // Moved away and back: the same item with another id.
        const { gone: _gone, version: _version, seen: _seen, ...base } = link.outside
        overlay.set(id, { ...link, outside: { ...base, id: item.id } })
        owners.set(item.id, id)
      }
    }
  }
  return owners
}

/** The id that an outside item gets inside: always the same, so that taking it in twice makes one. */
function toInsideId({ sides }: Loading, outsideId: string): string {
  return `x-${sides.digest(outsideId)}`
}
