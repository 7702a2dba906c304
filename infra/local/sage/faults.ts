import type { ParsedRule, RequestFacts } from './fault-rules.ts'
import { type FaultKind, type FaultRule, faultRuleSchema, faultStages, fits } from './fault-rules.ts'
import { fraction } from './random.ts'

/** What is to go wrong with one request. */
export interface FaultPlan {
  readonly kinds: readonly FaultKind[]
  readonly waitBefore: number
  readonly waitAfter: number
  readonly instead: ParsedRule | undefined
  readonly endSession: boolean
  readonly rows: readonly ParsedRule[]
  readonly damage: readonly ParsedRule[]
}

export interface FaultState {
  readonly rule: ParsedRule
  /** Requests that fitted the rule so far. */
  readonly fitting: number
  /** Requests that were hit so far. */
  readonly hits: number
}

export interface Faults {
  /** Returns the rule's id. Throws ZodError when the rule is wrong. */
  add(rule: FaultRule): string
  remove(id: string): boolean
  clear(): void
  list(): FaultState[]
  plan(facts: RequestFacts): FaultPlan
}

interface Entry {
  readonly rule: ParsedRule
  readonly number: number
  fitting: number
  hits: number
}

export function createFaults(seed: number): Faults {
  let entries: Entry[] = []
  let numbered = 0

  function isHit(entry: Entry): boolean {
    const { rule } = entry
    entry.fitting++
    if (entry.fitting <= rule.after || entry.hits >= (rule.count ?? Number.POSITIVE_INFINITY)) return false
    if (fraction(seed, entry.number, entry.fitting) >= rule.probability) return false
    entry.hits++
    return true
  }

  return {
    add: (rule) => {
      const number = ++numbered
      const parsed = faultRuleSchema.parse(rule)
      const id = parsed.id ?? `fault-${number}`
      entries.push({ rule: { ...parsed, id }, number, fitting: 0, hits: 0 })
      return id
    },
    remove: (id) => {
      const before = entries.length
      entries = entries.filter((entry) => entry.rule.id !== id)
      return entries.length < before
    },
    clear: () => {
      entries = []
    },
    list: () => entries.map(({ rule, fitting, hits }) => ({ rule, fitting, hits })),
    plan: (facts) => {
      const hit: ParsedRule[] = []
      let answered = false
      for (const entry of entries) {
        const { rule } = entry
        const stage = faultStages[rule.kind]
        // What replaces the answer leaves nothing for later rules to act on: they keep their count.
        if (!fits(rule, facts) || (answered && stage !== 'wait')) continue
        if (!isHit(entry)) continue
        hit.push(rule)
        if (stage === 'instead') answered = true
      }
      return toPlan(hit)
    },
  }
}

function toPlan(hit: readonly ParsedRule[]): FaultPlan {
  const at = (stage: (typeof faultStages)[FaultKind]) =>
    hit.filter((rule) => faultStages[rule.kind] === stage)
  const wait = (afterCommit: boolean) =>
    at('wait').reduce((sum, rule) => sum + (rule.afterCommit === afterCommit ? rule.ms : 0), 0)
  return {
    kinds: hit.map((rule) => rule.kind),
    waitBefore: wait(false),
    waitAfter: wait(true),
    instead: at('instead')[0],
    endSession: at('session').length > 0,
    rows: at('rows'),
    damage: at('answer'),
  }
}
