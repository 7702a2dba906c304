import type { Report } from '../../../../functions/sync/reconcile/execute.ts'
import type { Policy } from '../../../../functions/sync/reconcile/rules/decide.ts'
import { defaultGuard, type GuardPolicy } from '../../../../functions/sync/reconcile/rules/guard.ts'
import type { Fields } from '../../../../functions/sync/reconcile/rules/item.ts'
import { type ItemChange, toItemChange } from '../../../../functions/sync/reconcile/rules/undo.ts'
import {
  type ReconcileOptions,
  type ReconcileResult,
  reconcile,
} from '../../../../functions/sync/reconcile/run.ts'
import { type UndoCounts, undoRun } from '../../../../functions/sync/reconcile/undo.ts'
import { Gate } from './gate.ts'
import { MemoryInside } from './inside.ts'
import { MemoryLinkStore } from './link-store.ts'
import { type Manners, MemoryOutside } from './outside.ts'

export const basePolicy: Policy = {
  mode: 'full',
  conflict: 'leading',
  export: true,
  import: true,
  series: 'sync',
  importExisting: false,
  fields: {},
}

/** No hash: equal texts are equal, and what goes wrong can be read. */
export const plainDigest = (text: string): string => text

/** Two sides in memory with what is kept between runs. */
export class Pair {
  readonly gate = new Gate()
  now = 0
  readonly inside: MemoryInside
  readonly outside: MemoryOutside
  readonly links: MemoryLinkStore
  policy: Policy
  guard: GuardPolicy
  match: ((fields: Fields) => string | undefined) | undefined
  /** What runs have done, kept when this is true. */
  recording = false
  changes: ItemChange[] = []
  /** Of the last run. */
  reports: Report[] = []
  #runs = 0
  #stamps = 0

  constructor({
    policy = {},
    manners = {},
    guard = defaultGuard,
  }: { policy?: Partial<Policy>; manners?: Partial<Manners>; guard?: GuardPolicy } = {}) {
    this.policy = { ...basePolicy, ...policy }
    this.guard = guard
    const now = () => {
      this.now += 1
      return this.now
    }
    this.inside = new MemoryInside(this.gate, now)
    this.outside = new MemoryOutside(this.gate, now, manners)
    this.links = new MemoryLinkStore(this.gate)
  }

  async run(options: Partial<ReconcileOptions> = {}): Promise<ReconcileResult> {
    this.reports = []
    this.#runs += 1
    return reconcile(
      {
        inside: this.inside,
        outside: this.outside,
        links: this.links,
        digest: plainDigest,
        newStamp: () => this.#stamp(),
        record: this.recording
          ? async (planned) => {
              this.changes.push(...planned.flatMap((each) => toItemChange(each) ?? []))
            }
          : undefined,
        report: (report) => this.reports.push(report),
        match: this.match,
      },
      { runId: `run${this.#runs}`, policy: this.policy, guard: this.guard, dryRun: false, ...options },
    )
  }

  async undo(dryRun = false): Promise<UndoCounts> {
    return undoRun(
      {
        sides: { inside: this.inside, outside: this.outside, digest: plainDigest },
        links: this.links,
        newStamp: () => this.#stamp(),
        dryRun,
        report: () => undefined,
      },
      this.changes,
    )
  }

  #stamp(): string {
    this.#stamps += 1
    return `s${this.#stamps}`
  }

  /** All writes to the sides so far. */
  get writes(): number {
    const sum = ({ created, updated, deleted }: MemoryOutside['writes']) => created + updated + deleted
    return sum(this.inside.writes) + sum(this.outside.writes)
  }

  outsideFields(): Fields[] {
    return [...this.outside.items.values()].map(({ fields }) => fields)
  }

  insideFields(): Fields[] {
    return [...this.inside.items.values()].map(({ fields }) => fields)
  }

  link(id: string) {
    return this.links.links.get(id)?.link
  }
}
