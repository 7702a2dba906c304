import type { Condition } from './conditions.ts'
import { type Json, type Prints, samePrints, toCanonical } from './item.ts'
import type { Link } from './link.ts'

/** A side's item as it is known to be now. */
export interface Now {
  readonly prints: Prints
  /** Absent: not known which version has this content. */
  readonly version: string | undefined
  readonly conditions: readonly Condition[]
}

/**
 * Notes the versions. One that has exactly what was agreed, on an item that may be written, is as good as reading it;
 * any other was only looked at.
 */
export function noteVersions(link: Link, inside: Now | undefined, outside: Now | undefined): Link {
  return {
    ...link,
    ...(link.inside === undefined || inside === undefined
      ? {}
      : {
          inside: {
            prints: link.inside.prints,
            ...toVersion(samePrints(link.inside.prints, inside.prints), inside.version),
          },
        }),
    ...(link.outside === undefined || outside === undefined
      ? {}
      : {
          outside: {
            id: link.outside.id,
            prints: link.outside.prints,
            ...toVersion(
              samePrints(link.outside.prints, outside.prints) && outside.conditions.length === 0,
              outside.version,
            ),
          },
        }),
  }
}

function toVersion(agreed: boolean, version: string | undefined): { version?: string; seen?: string } {
  if (version === undefined) return {}
  return agreed ? { version } : { seen: version }
}

/** The item takes part, and nothing of what it was before holds it back. */
export function takePart(link: Link, conflict: readonly string[]): Link {
  const { excluded: _excluded, failed: _failed, conflict: _conflict, decision: _decision, ...rest } = link
  return {
    ...rest,
    active: true,
    deletedExternally: false,
    ...(conflict.length === 0 ? {} : { conflict: [...conflict].sort() }),
  }
}

export function sameLink(a: Link | undefined, b: Link | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return toCanonical(toJson(a)) === toCanonical(toJson(b))
}

/** A link is plain data, and members that are undefined are left out of its canonical form. */
function toJson(link: Link): Json {
  return link as unknown as Json
}
