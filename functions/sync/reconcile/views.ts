import type { InsideItem, InsideSide, OutsideItem, OutsideSide } from './port.ts'
import type { Presence } from './rules/decide.ts'
import { type Digest, toPrints } from './rules/item.ts'
import type { InsideView, OutsideView } from './rules/situation.ts'

type Read = Awaited<ReturnType<InsideSide['get']>>[number]

export type InsidePresence = Presence<InsideView & { readonly stamp?: string | undefined }>

export function toOutsideView(item: OutsideItem, digest: Digest): OutsideView & OutsideItem {
  return { ...item, prints: toPrints(item.fields, digest) }
}

export function toInsideView(
  item: InsideItem,
  outside: Pick<OutsideSide, 'project'>,
  digest: Digest,
): InsideView & InsideItem {
  const projected = outside.project(item.fields)
  const wanted = 'fields' in projected ? projected.fields : {}
  const prints = toPrints(item.fields, digest)
  return {
    ...item,
    prints,
    wanted,
    wantedPrints: wanted === item.fields ? prints : toPrints(wanted, digest),
    ...('refused' in projected ? { refused: projected.refused } : {}),
  }
}

export function toInsidePresence(
  read: Read | undefined,
  outside: Pick<OutsideSide, 'project'>,
  digest: Digest,
): InsidePresence {
  if (read === undefined) return { kind: 'gone' }
  if ('deleted' in read) return { kind: 'gone', ...(read.at === undefined ? {} : { at: read.at }) }
  return { kind: 'there', item: toInsideView(read, outside, digest) }
}
