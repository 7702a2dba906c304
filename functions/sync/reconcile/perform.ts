import type { InsideSide, OutsideItem, OutsideSide } from './port.ts'
import { type Now, noteVersions } from './rules/conclude.ts'
import {
  type Digest,
  type Prints,
  pickPrints,
  printOf,
  samePrints,
  toPrints,
  withPrints,
} from './rules/item.ts'
import { fail } from './rules/keep.ts'
import { agree, type Link } from './rules/link.ts'
import { settle } from './rules/settle.ts'
import type { Situation } from './rules/situation.ts'
import type { Planned, Step } from './rules/step.ts'
import { toInsidePresence, toOutsideView } from './views.ts'

export interface Sides {
  readonly inside: InsideSide
  readonly outside: OutsideSide
  readonly digest: Digest
}

export type Performed =
  | { readonly kind: 'settled'; readonly link: Link | undefined; readonly failure?: Planned }
  /** Things are not as they were planned for: the item is planned again. */
  | { readonly kind: 'again'; readonly situation: Situation }
  /**
   * A write met something that is no longer there. Whether it was deleted the next listing tells, which the guard sees;
   * a single answer is not believed.
   */
  | { readonly kind: 'vanished'; readonly link: Link | undefined }

/** Does one step. What it throws means that nobody knows what was done; the intent that was kept tells the next run. */
export async function perform(sides: Sides, planned: Planned): Promise<Performed> {
  const { step } = planned
  switch (step.kind) {
    case 'keep':
      return { kind: 'settled', link: step.link }
    case 'create':
      return performCreate(sides, planned, step)
    case 'take':
      return performTake(sides, planned, step)
    case 'write':
      return performWrite(sides, planned, step)
    case 'delete':
      return performDelete(sides, planned, step)
  }
}

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>

async function performCreate(
  sides: Sides,
  planned: Planned,
  { link, mark, fields, transfer }: StepOf<'create'>,
): Promise<Performed> {
  const { outside, digest } = sides
  const { situation } = planned
  const stamp = stampOf(link)
  const outcome = await outside.create(mark, fields, stamp)
  if (outcome.kind === 'refused') return refuse(sides, situation, outcome.detail)
  if (outcome.kind === 'created') {
    const agreed = agree(withoutIntent(link), transfer, outcome.id)
    return conclude(sides, situation, agreed, {
      id: outcome.id,
      version: outcome.version,
      expected: withPrints({}, transfer.outside),
    })
  }
  const [found] = [...(await outside.find(mark))].sort((a, b) => (a.id < b.id ? -1 : 1))
  if (found === undefined) {
    // The name is taken by something that is not shown, such as a server's bin: take another.
    return again({ ...situation, link: { ...withoutIntent(link), generation: link.generation + 1 } })
  }
  const earlier = situation.link?.intent
  const own = found.stamp === stamp ? link.intent : earlier?.kind === 'create' ? earlier : undefined
  const prints = toPrints(found.fields, digest)
  const joined =
    own === undefined
      ? withoutIntent(link)
      : settle(link, own, { inside: 'never', outside: { ...found, prints } })
  return again({ ...situation, link: joined, outside: there(found, digest) })
}

async function performTake(
  sides: Sides,
  { situation }: Planned,
  { link, fields, outsideId, transfer, again: restored }: StepOf<'take'>,
): Promise<Performed> {
  const { inside, outside, digest } = sides
  const stamp = stampOf(link)
  let outcome = restored
    ? await inside.restore(link.id, fields, stamp)
    : await inside.create(link.id, fields, stamp)
  if (outcome.kind === 'exists') {
    const [read] = await inside.get([link.id])
    const presence = toInsidePresence(read, outside, digest)
    if (presence.kind === 'there') {
      const own = presence.item.stamp === stamp
      const joined = own ? agree(withoutIntent(link), transfer, outsideId) : withoutIntent(link)
      return again({ ...situation, link: joined, inside: presence })
    }
    outcome = await inside.restore(link.id, fields, stamp)
    if (outcome.kind === 'exists') return { kind: 'vanished', link: situation.link }
  }
  if (outcome.kind === 'refused') return refuse(sides, situation, outcome.detail)
  const agreed = agree(withoutIntent(link), transfer, outsideId)
  const insideNow: Now = { prints: toPrints(fields, digest), version: outcome.version, conditions: [] }
  return { kind: 'settled', link: noteVersions(agreed, insideNow, outsideNow(situation)) }
}

async function performWrite(
  sides: Sides,
  { situation }: Planned,
  { link, toOutside, toInside }: StepOf<'write'>,
): Promise<Performed> {
  const { inside, outside, digest } = sides
  const stamp = stampOf(link)
  let now = situation
  let agreed = withoutIntent(link)
  if (toOutside !== undefined) {
    const target = outsideTarget(situation)
    if (target === undefined) return { kind: 'vanished', link: situation.link }
    const outcome = await outside.put(target.id, { set: toOutside.set, version: target.version, stamp })
    if (outcome.kind === 'refused') return refuse(sides, situation, outcome.detail)
    if (outcome.kind === 'gone') return { kind: 'vanished', link: situation.link }
    if (outcome.kind === 'lost') return readAgain(sides, situation, target.id)
    const concluded = await conclude(sides, situation, agree(agreed, toOutside, target.id), {
      id: target.id,
      version: outcome.version,
      expected: withPrints(target.prints, toOutside.outside),
    })
    if (toInside === undefined || concluded.kind !== 'settled' || concluded.link === undefined)
      return concluded
    agreed = concluded.link
    const written = {
      prints: withPrints(target.prints, toOutside.outside),
      version: undefined,
      conditions: [],
    }
    now = { ...situation, link: agreed, outside: expectThere(situation, written.prints, agreed) }
  }
  if (toInside === undefined || situation.inside.kind !== 'there') return { kind: 'settled', link: agreed }
  const { item } = situation.inside
  const outcome = await inside.put(situation.id, { set: toInside.set, version: item.version, stamp })
  if (outcome.kind === 'refused') return refuse(sides, now, outcome.detail)
  if (outcome.kind === 'gone') return { kind: 'vanished', link: now.link }
  if (outcome.kind === 'lost') {
    const [read] = await inside.get([situation.id])
    const presence = toInsidePresence(read, outside, digest)
    return presence.kind === 'gone'
      ? { kind: 'vanished', link: now.link }
      : again({ ...now, inside: presence })
  }
  const insideNow: Now = {
    prints: withPrints(item.prints, toInside.inside),
    version: outcome.version,
    conditions: [],
  }
  return { kind: 'settled', link: noteVersions(agree(agreed, toInside), insideNow, outsideNow(now)) }
}

async function performDelete(
  sides: Sides,
  { situation }: Planned,
  { outsideId }: StepOf<'delete'>,
): Promise<Performed> {
  const target = outsideTarget(situation)
  if (target === undefined) return { kind: 'vanished', link: situation.link }
  const outcome = await sides.outside.delete(outsideId, target.version)
  if (outcome.kind === 'refused') return refuse(sides, situation, outcome.detail)
  if (outcome.kind === 'lost') return readAgain(sides, situation, outsideId)
  return { kind: 'settled', link: undefined }
}

interface Sent {
  readonly id: string
  readonly version: string | undefined
  /** What should be there if the server kept what it was sent and nobody else wrote. */
  readonly expected: Prints
}

/**
 * After a write outside: finds out what is stored, where the answer does not say. The version of our own write proves
 * that what differs is the server's doing; otherwise it is somebody's newer change, and the item is planned again.
 */
async function conclude(sides: Sides, situation: Situation, link: Link, sent: Sent): Promise<Performed> {
  const { outside, digest } = sides
  const insideNow = situation.inside.kind === 'there' ? situation.inside.item : undefined
  if (sent.version !== undefined && !outside.capabilities.rewrites) {
    const now: Now = { prints: sent.expected, version: sent.version, conditions: conditionsOf(situation) }
    return { kind: 'settled', link: noteVersions(link, insideNow, now) }
  }
  const [item] = await outside.get([sent.id])
  if (item === undefined) return { kind: 'vanished', link }
  const prints = toPrints(item.fields, digest)
  if (item.version === sent.version) {
    const rewritten = followServer(link, sent.expected, prints)
    return { kind: 'settled', link: noteVersions(rewritten, insideNow, { ...item, prints }) }
  }
  if (samePrints(prints, sent.expected)) {
    return { kind: 'settled', link: noteVersions(link, insideNow, { ...item, prints }) }
  }
  return again({ ...situation, link, outside: there(item, digest) })
}

/** Where the sides agreed on what was sent, they agree on what the server made of it. */
function followServer(link: Link, expected: Prints, stored: Prints): Link {
  if (link.outside === undefined) return link
  const agreed = link.outside.prints
  const names = Object.keys({ ...expected, ...stored }).filter(
    (name) => printOf(agreed, name) === printOf(expected, name),
  )
  return { ...link, outside: { ...link.outside, prints: withPrints(agreed, pickPrints(stored, names)) } }
}

async function readAgain(sides: Sides, situation: Situation, outsideId: string): Promise<Performed> {
  const [item] = await sides.outside.get([outsideId])
  if (item === undefined) return { kind: 'vanished', link: situation.link }
  return again({ ...situation, outside: there(item, sides.digest) })
}

function refuse(sides: Sides, situation: Situation, detail: string): Performed {
  const failure = fail(situation, 'refused', detail, sides.digest)
  return failure.step.kind === 'keep'
    ? { kind: 'settled', link: failure.step.link, failure }
    : { kind: 'settled', link: situation.link, failure }
}

function again(situation: Situation): Performed {
  return { kind: 'again', situation }
}

function there(item: OutsideItem, digest: Digest): Situation['outside'] {
  return { kind: 'there', item: toOutsideView(item, digest) }
}

function stampOf(link: Link): string {
  return link.intent?.stamp ?? ''
}

function withoutIntent(link: Link): Link {
  const { intent: _, ...rest } = link
  return rest
}

/** What a conditional write is for: the item that was read, or the version that holds exactly what was agreed. */
function outsideTarget({
  link,
  outside,
}: Situation): { readonly id: string; readonly version: string; readonly prints: Prints } | undefined {
  if (outside.kind === 'there') return outside.item
  const base = link?.outside
  if (outside.kind === 'gone' || base?.version === undefined) return undefined
  return { id: base.id, version: base.version, prints: base.prints }
}

function outsideNow(situation: Situation): Now | undefined {
  return situation.outside.kind === 'there' ? situation.outside.item : undefined
}

function conditionsOf({ outside }: Situation): Now['conditions'] {
  return outside.kind === 'there' ? outside.item.conditions : []
}

/** The outside item after our own write, for what follows in the same step. */
function expectThere(situation: Situation, prints: Prints, link: Link): Situation['outside'] {
  const version = link.outside?.version ?? link.outside?.seen
  if (situation.outside.kind !== 'there' || version === undefined) return { kind: 'unread' }
  return { kind: 'there', item: { ...situation.outside.item, prints, version } }
}
