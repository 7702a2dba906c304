import type { Json } from '../../../functions/sync/reconcile/rules/item.ts'
import type { Event, Fault, Setting } from './events.ts'
import { Killed } from './memory/gate.ts'
import type { Manners } from './memory/outside.ts'
import { Pair } from './memory/pair.ts'
import { birthOf, lower, Witness } from './witness.ts'

/** Plays a history, heals all faults, and looks at what it led to. Violations are in words. */
export async function play(setting: Setting, events: readonly Event[]): Promise<readonly string[]> {
  const player = new Player(setting)
  for (const event of events) await player.happen(event)
  await player.heal()
  player.witness.check()
  return player.witness.violations
}

/** Lets things happen. */
class Player {
  readonly witness: Witness
  readonly #pair: Pair
  #values = 0
  #births = 0
  #refusedBirth: Json | undefined

  constructor(setting: Setting) {
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
    this.witness = new Witness(this.#pair, setting.rewrites !== 'no')
  }

  async happen(event: Event): Promise<void> {
    const { inside, outside, links } = this.#pair
    this.witness.note()
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
        if (event.clear) this.witness.driftedOutside.add(birthOf(item.fields))
        else this.witness.driftedOutside.delete(birthOf(item.fields))
        break
      }
      case 'inside-delete': {
        const item = pickFrom(inside.items, event.pick)
        if (item === undefined) break
        inside.userDelete(item.id)
        this.witness.deletedInside.add(birthOf(item.fields))
        break
      }
      case 'inside-mark': {
        const item = pickFrom(inside.items, event.pick)
        if (item !== undefined) inside.userMark(item.id, event.ineligible ? ['ineligible'] : [])
        break
      }
      case 'outside-create': {
        const birth = this.#birth()
        const conditions = event.condition === undefined ? [] : [event.condition]
        outside.userCreate({ birth, a: this.#value(), b: this.#value() }, { conditions })
        break
      }
      case 'outside-change': {
        const item = pickFrom(outside.items, event.pick)
        if (item === undefined) break
        outside.userChange(item.id, { [event.field]: event.clear ? null : this.#value() })
        this.witness.driftedOutside.add(birthOf(item.fields))
        break
      }
      case 'outside-delete': {
        const item = pickFrom(outside.items, event.pick)
        if (item === undefined) break
        outside.userDelete(item.id)
        this.witness.disturbedOutside.add(birthOf(item.fields))
        break
      }
      case 'outside-mark': {
        const item = pickFrom(outside.items, event.pick)
        if (item === undefined) break
        outside.userMark(item.id, event.condition === undefined ? [] : [event.condition])
        this.witness.disturbedOutside.add(birthOf(item.fields))
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
        this.witness.driftedOutside.add(birthOf(item.fields))
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
        if (this.#pair.writes !== writes) this.witness.violations.push('a dry run wrote to a side')
        if (links.saves !== saves) this.witness.violations.push('a dry run wrote to the store')
        break
      }
      case 'run':
        await this.#run(event.fault)
    }
    this.witness.note()
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
          this.witness.driftedOutside.add(birthOf(item.fields))
          this.witness.note()
        }
        inside.onWrite = (id) => {
          const item = inside.items.get(id)
          if (item === undefined || left === 0) return
          left -= 1
          inside.userChange(id, { [fault.field]: this.#value() })
          this.witness.driftedOutside.delete(birthOf(item.fields))
          this.witness.note()
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
      if (result.kind !== 'done') this.witness.violations.push(`a run without faults ended ${result.kind}`)
    }
    const { writes } = this.#pair
    const { saves } = this.#pair.links
    await this.#pair.run()
    if (this.#pair.writes !== writes) this.witness.violations.push('a run with nothing to do wrote to a side')
    if (this.#pair.links.saves !== saves)
      this.witness.violations.push('a run with nothing to do wrote to the store')
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

function pickFrom<T>(items: ReadonlyMap<string, T>, pick: number): T | undefined {
  return [...items.values()][pick % Math.max(1, items.size)]
}
