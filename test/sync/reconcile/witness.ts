import type { Condition } from '../../../functions/sync/reconcile/rules/conditions.ts'
import type { Fields } from '../../../functions/sync/reconcile/rules/item.ts'
import { overwrites } from '../../../functions/sync/reconcile/rules/modes.ts'
import type { Pair } from './memory/pair.ts'

/** Follows every value that a person has written, and looks at what the engine makes of it. */
export class Witness {
  readonly violations: string[] = []
  /** Births whose inside item a person has deleted. */
  readonly deletedInside = new Set<string>()
  /** Births whose outside item a person has deleted, or marked so that the mode may leave it beside. */
  readonly disturbedOutside = new Set<string>()
  /** Births with a change outside after the last one inside. */
  readonly driftedOutside = new Set<string>()
  readonly #pair: Pair
  /** The server keeps lower-case letters only. */
  readonly #rewrites: boolean
  /** Per side, values that were there at some time. Each is written once, so this tells where it has been. */
  readonly #seenInside = new Set<string>()
  readonly #seenOutside = new Set<string>()

  constructor(pair: Pair, rewrites: boolean) {
    this.#pair = pair
    this.#rewrites = rewrites
    pair.outside.onReplace = (before, after) => this.#outsideReplaced(before, after)
    pair.inside.onReplace = (before, after) => this.#insideReplaced(before.id, before.fields, after)
  }

  check(): void {
    const { policy, inside, outside, links } = this.#pair
    const insideBirths = [...inside.items.values()].map(({ fields }) => birthOf(fields))
    if (new Set(insideBirths).size !== insideBirths.length) this.violations.push('an item is twice inside')
    const outsideBirths = [...outside.items.values()]
      .filter(({ fields }) => (overwrites[policy.mode] ? !this.disturbedOutside.has(birthOf(fields)) : true))
      .map(({ fields }) => birthOf(fields))
    if (new Set(outsideBirths).size !== outsideBirths.length) this.violations.push('an item is twice outside')
    for (const { link } of links.links.values()) {
      if (link.intent !== undefined) this.violations.push(`${link.id} still has an intent`)
      if (link.failed !== undefined || link.conflict?.length === 0) continue
      if (overwrites[policy.mode]) continue
      const here = inside.items.get(link.id)
      const there = link.outside === undefined ? undefined : outside.items.get(link.outside.id)
      if (!link.active || here === undefined) continue
      if (there === undefined) {
        this.violations.push(`${link.id} is active and not outside`)
        continue
      }
      this.#compare(link.id, here.fields, there.fields, new Set(link.conflict ?? []), there.conditions)
    }
    for (const item of inside.items.values()) {
      const link = this.#pair.link(item.id)
      if (link === undefined) this.violations.push(`${item.id} inside is not known`)
      else if (overwrites[policy.mode]) this.#checkOneWay(item.id, item.fields)
    }
    if (policy.mode !== 'full') return
    const known = new Set([...links.links.values()].map(({ link }) => link.outside?.id))
    for (const item of outside.items.values()) {
      if (!known.has(item.id) && item.conditions.length === 0) {
        this.violations.push(`${item.id} outside is not known`)
      }
    }
  }

  /** Where nothing comes in, the outside is as the leading side says, except for what people did there since. */
  #checkOneWay(id: string, fields: Fields): void {
    const { policy, outside, inside, links } = this.#pair
    const link = links.links.get(id)?.link
    if (link?.active !== true || link.failed !== undefined) return
    const birth = birthOf(fields)
    if (this.disturbedOutside.has(birth) || (inside.items.get(id)?.conditions.length ?? 0) > 0) return
    const there = [...outside.items.values()].filter((item) => birthOf(item.fields) === birth)
    if (there.length !== 1) this.violations.push(`${id} is ${there.length} times outside`)
    const [item] = there
    if (item === undefined || policy.mode === 'export' || this.driftedOutside.has(birth)) return
    this.#compare(id, fields, item.fields, new Set(), [])
  }

  #compare(
    id: string,
    here: Fields,
    there: Fields,
    conflict: ReadonlySet<string>,
    conditions: readonly Condition[],
  ): void {
    const wanted = !this.#rewrites ? here : lower(here)
    const stored = !this.#rewrites ? there : lower(there)
    for (const field of ['a', 'b']) {
      if (conflict.has(field) || wanted[field] === stored[field]) continue
      // A meeting is managed outside: changes inside wait there.
      if (conditions.includes('meeting')) continue
      this.violations.push(`${id} differs in ${field}: ${wanted[field]} inside, ${stored[field]} outside`)
    }
  }

  #outsideReplaced(
    before: { readonly fields: Fields; readonly conditions: readonly Condition[] },
    after: Fields | undefined,
  ): void {
    const birth = birthOf(before.fields)
    if (before.conditions.includes('meeting')) this.violations.push(`${birth}: a meeting was written to`)
    if (after === undefined) {
      if (!this.deletedInside.has(birth))
        this.violations.push(`${birth} was deleted outside by nobody's wish`)
      if (!['one-way', 'two-way', 'full'].includes(this.#pair.policy.mode)) {
        this.violations.push(`${birth} was deleted outside, which the mode does not do`)
      }
      const kept = before.conditions.find((condition) => this.#keepsFromDeletion(condition))
      if (kept !== undefined) this.violations.push(`${birth} was ${kept} and deleted`)
    }
    this.#lost('outside', before.fields, after ?? {}, this.#seenInside)
  }

  #keepsFromDeletion(condition: Condition): boolean {
    const { mode, series } = this.#pair.policy
    if (condition === 'series') return series === 'exclude'
    if (condition === 'ineligible') return !overwrites[mode]
    return condition !== 'outside-window'
  }

  #insideReplaced(id: string, before: Fields, after: Fields): void {
    if (overwrites[this.#pair.policy.mode]) this.violations.push(`${id} was written inside`)
    this.#lost('inside', before, after, this.#seenOutside)
  }

  /** A value that is replaced has been on the other side, or is in the history. */
  #lost(side: string, before: Fields, after: Fields, seenThere: ReadonlySet<string>): void {
    for (const [name, value] of Object.entries(before)) {
      if (typeof value !== 'string' || after[name] === value) continue
      if (seenThere.has(value) || seenThere.has(value.toLowerCase())) continue
      if (side === 'outside' && [...this.#seenInside].some((seen) => seen.toLowerCase() === value)) continue
      const kept = [...this.#pair.links.history.values()].some(
        (entry) => entry.value === JSON.stringify(value) && entry.side === side,
      )
      if (!kept) this.violations.push(`${value} in ${name} of ${birthOf(before)} was lost ${side}`)
    }
  }

  note(): void {
    for (const { fields } of this.#pair.inside.items.values()) noteValues(this.#seenInside, fields)
    for (const { fields } of this.#pair.outside.items.values()) noteValues(this.#seenOutside, fields)
  }
}

export const lower = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.toLowerCase() : value,
    ]),
  )

export function birthOf(fields: Fields): string {
  return String(fields.birth)
}

function noteValues(seen: Set<string>, fields: Fields): void {
  for (const value of Object.values(fields)) if (typeof value === 'string') seen.add(value)
}
