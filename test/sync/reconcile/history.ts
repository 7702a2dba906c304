import type { Condition } from '../../../functions/sync/reconcile/rules/conditions.ts'
import type { Policy } from '../../../functions/sync/reconcile/rules/decide.ts'
import type { Fields, Json } from '../../../functions/sync/reconcile/rules/item.ts'
import { overwrites } from '../../../functions/sync/reconcile/rules/modes.ts'
import { Killed } from './memory/gate.ts'
import type { Manners } from './memory/outside.ts'
import { Pair } from './memory/pair.ts'

/** What can happen to the two sides; `pick` chooses among what is there. */
export type Event =
  | { readonly kind: 'inside-create' }
  | { readonly kind: 'inside-change'; readonly pick: number; readonly field: Field; readonly clear: boolean }
  | { readonly kind: 'inside-delete'; readonly pick: number }
  | { readonly kind: 'inside-mark'; readonly pick: number; readonly ineligible: boolean }
  | { readonly kind: 'outside-create'; readonly condition: Condition | undefined }
  | { readonly kind: 'outside-change'; readonly pick: number; readonly field: Field; readonly clear: boolean }
  | { readonly kind: 'outside-delete'; readonly pick: number }
  | { readonly kind: 'outside-mark'; readonly pick: number; readonly condition: Condition | undefined }
  | { readonly kind: 'outside-touch'; readonly pick: number }
  | { readonly kind: 'same-change'; readonly pick: number; readonly field: Field }
  | { readonly kind: 'decide'; readonly pick: number; readonly take: 'inside' | 'outside' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'switch'; readonly direction: 'export' | 'import'; readonly on: boolean }
  /** Between two-way and full. */
  | { readonly kind: 'switch-mode' }
  | { readonly kind: 'dry-run' }
  | { readonly kind: 'run'; readonly fault: Fault }

export type Field = 'a' | 'b'

export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'kill'; readonly step: number }
  | { readonly kind: 'lose-answers'; readonly outside: number; readonly inside: number }
  | { readonly kind: 'late-creation' }
  | { readonly kind: 'unavailable'; readonly after: number }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'repeats' }
  /** Somebody writes just before the engine does. */
  | { readonly kind: 'race'; readonly writes: number; readonly field: Field }
  | { readonly kind: 'refuse'; readonly pick: number }
  /** A second run at the same time, as after a worker that was taken for dead. */
  | { readonly kind: 'twice' }

export interface Setting {
  readonly policy: Partial<Policy>
  readonly answersVersions: boolean
  readonly keepsStamps: boolean
  readonly listsContent: boolean
  /** The server keeps lower-case letters only, and does or does not say so before. */
  readonly rewrites: 'no' | 'declared' | 'undeclared'
  readonly parallel: number
}

/** Plays a history, heals all faults, and looks at what it led to. Violations are in words. */
export async function play(setting: Setting, events: readonly Event[]): Promise<readonly string[]> {
  const model = new Model(setting)
  for (const event of events) await model.happen(event)
  await model.heal()
  model.check()
  return model.violations
}

const lower = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.toLowerCase() : value,
    ]),
  )

/** Follows every value that a person has written. */
class Model {
  readonly violations: string[] = []
  readonly #pair: Pair
  readonly #setting: Setting
  #values = 0
  #births = 0
  /** Per side and value: it was there at some time. Values are different, so this tells where a value has been. */
  readonly #seenInside = new Set<string>()
  readonly #seenOutside = new Set<string>()
  readonly #deletedInside = new Set<string>()
  /** Births whose outside item a person has deleted, or marked so that the mode may leave it beside. */
  readonly #disturbedOutside = new Set<string>()
  /** Births with a change outside after the last one inside. */
  readonly #driftedOutside = new Set<string>()
  readonly #bornOutside = new Set<string>()
  #refusedBirth: Json | undefined

  constructor(setting: Setting) {
    this.#setting = setting
    const manners: Partial<Manners> = {
      answersVersions: setting.answersVersions,
      keepsStamps: setting.keepsStamps,
      listsContent: setting.listsContent,
      parallel: setting.parallel,
      rewrites: setting.rewrites === 'undeclared',
      store: setting.rewrites === 'no' ? (fields) => fields : lower,
      project: (fields) => ({ fields: setting.rewrites === 'declared' ? lower(fields) : fields }),
      refuses: (fields) =>
        this.#refusedBirth !== undefined && fields.birth === this.#refusedBirth ? 'no' : undefined,
    }
    this.#pair = new Pair({ policy: setting.policy, manners, guard: { share: 1, always: 1000 } })
    this.#pair.outside.onReplace = (before, after) => this.#outsideReplaced(before, after)
    this.#pair.inside.onReplace = (before, after) => this.#insideReplaced(before.id, before.fields, after)
  }

  async happen(event: Event): Promise<void> {
    const { inside, outside, links } = this.#pair
    this.#note()
    switch (event.kind) {
      case 'inside-create': {
        const birth = this.#birth()
        inside.userCreate(birth, { birth, a: this.#value(), b: this.#value() })
        break
      }
      case 'inside-change': {
        const item = pickFrom(inside.items, event.pick)
        if (item === undefined || (event.clear && item.fields[event.field] === undefined)) break
        inside.userChange(item.id, { [event.field]: event.clear ? null : this.#value() })
        // Set and cleared again is no change, so what was changed outside may stay.
        if (event.clear) this.#driftedOutside.add(birthOf(item.fields))
        else this.#driftedOutside.delete(birthOf(item.fields))
        break
      }
      case 'inside-delete': {
        const item = pickFrom(inside.items, event.pick)
        if (item === undefined) break
        inside.userDelete(item.id)
        this.#deletedInside.add(birthOf(item.fields))
        break
      }
      case 'inside-mark': {
        const item = pickFrom(inside.items, event.pick)
        if (item !== undefined) inside.userMark(item.id, event.ineligible ? ['ineligible'] : [])
        break
      }
      case 'outside-create': {
        const birth = this.#birth()
        this.#bornOutside.add(birth)
        const conditions = event.condition === undefined ? [] : [event.condition]
        outside.userCreate({ birth, a: this.#value(), b: this.#value() }, { conditions })
        break
      }
      case 'outside-change': {
        const item = pickFrom(outside.items, event.pick)
        if (item === undefined) break
        outside.userChange(item.id, { [event.field]: event.clear ? null : this.#value() })
        this.#driftedOutside.add(birthOf(item.fields))
        break
      }
      case 'outside-delete': {
        const item = pickFrom(outside.items, event.pick)
        if (item === undefined) break
        outside.userDelete(item.id)
        this.#disturbedOutside.add(birthOf(item.fields))
        break
      }
      case 'outside-mark': {
        const item = pickFrom(outside.items, event.pick)
        if (item === undefined) break
        outside.userMark(item.id, event.condition === undefined ? [] : [event.condition])
        this.#disturbedOutside.add(birthOf(item.fields))
        break
      }
      case 'outside-touch': {
        const item = pickFrom(outside.items, event.pick)
        if (item !== undefined) outside.userTouch(item.id)
        break
      }
      case 'same-change': {
        const item = pickFrom(inside.items, event.pick)
        const twin = [...outside.items.values()].find(
          ({ fields }) => birthOf(fields) === (item === undefined ? '' : birthOf(item.fields)),
        )
        if (item === undefined || twin === undefined) break
        const value = this.#value()
        inside.userChange(item.id, { [event.field]: value })
        outside.userChange(twin.id, { [event.field]: value })
        this.#driftedOutside.add(birthOf(item.fields))
        break
      }
      case 'decide': {
        const open = [...links.links.values()].filter(({ link }) => link.conflict !== undefined)
        const chosen = open[event.pick % Math.max(1, open.length)]
        if (chosen !== undefined) links.decide(chosen.link.id, event.take)
        break
      }
      case 'expire':
        outside.expireTokens()
        break
      case 'switch':
        this.#pair.policy = { ...this.#pair.policy, [event.direction]: event.on }
        break
      case 'switch-mode': {
        const { policy } = this.#pair
        if (policy.mode === 'two-way') this.#pair.policy = { ...policy, mode: 'full' }
        if (policy.mode === 'full') this.#pair.policy = { ...policy, mode: 'two-way' }
        break
      }
      case 'dry-run': {
        const { writes } = this.#pair
        const { saves } = links
        await this.#pair.run({ dryRun: true })
        if (this.#pair.writes !== writes) this.violations.push('a dry run wrote to a side')
        if (links.saves !== saves) this.violations.push('a dry run wrote to the store')
        break
      }
      case 'run':
        await this.#run(event.fault)
    }
    this.#note()
  }

  async #run(fault: Fault): Promise<void> {
    const { outside, inside, gate } = this.#pair
    const { manners } = outside
    switch (fault.kind) {
      case 'none':
      case 'twice':
        break
      case 'kill':
        gate.killAt(fault.step)
        break
      case 'lose-answers':
        manners.loseAnswers = fault.outside
        inside.loseAnswers = fault.inside
        break
      case 'late-creation':
        manners.delayCreations = 1
        break
      case 'unavailable': {
        let left = fault.after
        outside.onWrite = () => {
          left -= 1
          if (left < 0) manners.unavailable = 1
        }
        break
      }
      case 'incomplete':
        manners.incomplete = true
        break
      case 'repeats':
        manners.repeats = true
        break
      case 'race': {
        let left = fault.writes
        outside.onWrite = (id) => {
          const item = id === undefined ? undefined : outside.items.get(id)
          if (item === undefined || left === 0) return
          left -= 1
          outside.userChange(item.id, { [fault.field]: this.#value() })
          this.#driftedOutside.add(birthOf(item.fields))
          this.#note()
        }
        inside.onWrite = (id) => {
          const item = inside.items.get(id)
          if (item === undefined || left === 0) return
          left -= 1
          inside.userChange(id, { [fault.field]: this.#value() })
          this.#driftedOutside.delete(birthOf(item.fields))
          this.#note()
        }
        break
      }
      case 'refuse':
        this.#refusedBirth = pickFrom(outside.items, fault.pick)?.fields.birth
    }
    const runs = [this.#pair.run(), ...(fault.kind === 'twice' ? [this.#pair.run()] : [])]
    for (const outcome of await Promise.allSettled(runs)) {
      if (outcome.status === 'fulfilled' || outcome.reason instanceof Killed) continue
      if (fault.kind !== 'twice' || outcome.reason.code !== 'store-conflict') throw outcome.reason
    }
    gate.killAt(undefined)
    manners.loseAnswers = 0
    manners.delayCreations = 0
    inside.loseAnswers = 0
    manners.unavailable = 0
    manners.incomplete = false
    manners.repeats = false
    outside.onWrite = () => undefined
    inside.onWrite = () => undefined
    this.#refusedBirth = undefined
  }

  /** Without faults, and nobody changes anything any more: three runs are enough, and the fourth writes nothing. */
  async heal(): Promise<void> {
    this.#pair.policy = { ...this.#pair.policy, export: true, import: true }
    for (let run = 0; run < 3; run++) {
      const result = await this.#pair.run()
      if (result.kind !== 'done') this.violations.push(`a run without faults ended ${result.kind}`)
    }
    const { writes } = this.#pair
    const { saves } = this.#pair.links
    await this.#pair.run()
    if (this.#pair.writes !== writes) this.violations.push('a run with nothing to do wrote to a side')
    if (this.#pair.links.saves !== saves) this.violations.push('a run with nothing to do wrote to the store')
  }

  check(): void {
    const { policy, inside, outside, links } = this.#pair
    const insideBirths = [...inside.items.values()].map(({ fields }) => birthOf(fields))
    if (new Set(insideBirths).size !== insideBirths.length) this.violations.push('an item is twice inside')
    const outsideBirths = [...outside.items.values()]
      .filter(({ fields }) => (overwrites[policy.mode] ? !this.#disturbedOutside.has(birthOf(fields)) : true))
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
    if (this.#disturbedOutside.has(birth) || (inside.items.get(id)?.conditions.length ?? 0) > 0) return
    const there = [...outside.items.values()].filter((item) => birthOf(item.fields) === birth)
    if (there.length !== 1) this.violations.push(`${id} is ${there.length} times outside`)
    const [item] = there
    if (item === undefined || policy.mode === 'export' || this.#driftedOutside.has(birth)) return
    this.#compare(id, fields, item.fields, new Set(), [])
  }

  #compare(
    id: string,
    here: Fields,
    there: Fields,
    conflict: ReadonlySet<string>,
    conditions: readonly Condition[],
  ): void {
    const wanted = this.#setting.rewrites === 'no' ? here : lower(here)
    const stored = this.#setting.rewrites === 'no' ? there : lower(there)
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
      if (!this.#deletedInside.has(birth))
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

  #note(): void {
    for (const { fields } of this.#pair.inside.items.values()) noteValues(this.#seenInside, fields)
    for (const { fields } of this.#pair.outside.items.values()) noteValues(this.#seenOutside, fields)
  }

  #value(): string {
    this.#values += 1
    return `V${this.#values}`
  }

  #birth(): string {
    this.#births += 1
    return `n${this.#births}`
  }
}

function birthOf(fields: Fields): string {
  return String(fields.birth)
}

function noteValues(seen: Set<string>, fields: Fields): void {
  for (const value of Object.values(fields)) if (typeof value === 'string') seen.add(value)
}

function pickFrom<T>(items: ReadonlyMap<string, T>, pick: number): T | undefined {
  return [...items.values()][pick % Math.max(1, items.size)]
}
