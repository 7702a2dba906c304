import type {
  Change,
  CreateOutcome,
  DeleteOutcome,
  InsideItem,
  InsideSide,
  WriteOutcome,
} from '../../../../functions/sync/reconcile/port.ts'
import type { Condition } from '../../../../functions/sync/reconcile/rules/conditions.ts'
import { type Fields, withFields } from '../../../../functions/sync/reconcile/rules/item.ts'
import type { Gate } from './gate.ts'
import type { Writes } from './outside.ts'

/** The leading side's items with their change index. */
export class MemoryInside implements InsideSide {
  readonly items = new Map<string, InsideItem>()
  readonly writes: Writes = { created: 0, updated: 0, deleted: 0 }
  loseAnswers = 0
  refuses: (fields: Fields) => string | undefined = () => undefined
  onWrite: (id: string) => void = () => undefined
  onReplace: (before: InsideItem, after: Fields) => void = () => undefined
  readonly #gate: Gate
  readonly #now: () => number
  readonly #deleted = new Map<string, number>()
  /** By id, the place of its last change. */
  readonly #index = new Map<string, number>()
  #sequence = 0

  constructor(gate: Gate, now: () => number) {
    this.#gate = gate
    this.#now = now
  }

  userCreate(id: string, fields: Fields, conditions: readonly Condition[] = []): void {
    this.#store({ id, version: '', fields, conditions })
  }

  userChange(id: string, set: Fields): void {
    const item = this.items.get(id)
    if (item !== undefined) this.#store({ ...item, fields: withFields(item.fields, set) })
  }

  userMark(id: string, conditions: readonly Condition[]): void {
    const item = this.items.get(id)
    if (item !== undefined) this.#store({ ...item, conditions })
  }

  userDelete(id: string): void {
    if (!this.items.delete(id)) return
    this.#sequence += 1
    this.#deleted.set(id, this.#now())
    this.#index.set(id, this.#sequence)
  }

  async listChanges(cursor: string | undefined): ReturnType<InsideSide['listChanges']> {
    return this.#gate.call(() => {
      const since = Number(cursor ?? 0)
      const changes = [...this.#index]
        .filter(([, sequence]) => sequence > since)
        .map(([id]) => {
          const version = this.items.get(id)?.version
          return version === undefined ? { id } : { id, version }
        })
      return { changes, cursor: String(this.#sequence) }
    })
  }

  async get(ids: readonly string[]): ReturnType<InsideSide['get']> {
    return this.#gate.call(() =>
      ids.flatMap((id): Awaited<ReturnType<InsideSide['get']>> => {
        const item = this.items.get(id)
        if (item !== undefined) return [item]
        const at = this.#deleted.get(id)
        return at === undefined ? [] : [{ id, deleted: true, at }]
      }),
    )
  }

  async create(id: string, fields: Fields, stamp: string): Promise<CreateOutcome> {
    return this.#make(id, fields, stamp, this.items.has(id) || this.#deleted.has(id))
  }

  async restore(id: string, fields: Fields, stamp: string): Promise<CreateOutcome> {
    return this.#make(id, fields, stamp, this.items.has(id))
  }

  async put(id: string, { set, version, stamp }: Change): Promise<WriteOutcome> {
    return this.#answer(id, (): WriteOutcome => {
      const item = this.items.get(id)
      if (item === undefined) return { kind: 'gone' }
      if (item.version !== version) return { kind: 'lost' }
      const fields = withFields(item.fields, set)
      const detail = this.refuses(fields)
      if (detail !== undefined) return { kind: 'refused', detail }
      this.writes.updated += 1
      this.onReplace(item, fields)
      return { kind: 'written', version: this.#store({ ...item, fields, stamp }) }
    })
  }

  async remove(id: string, version: string): Promise<DeleteOutcome> {
    return this.#gate.call((): DeleteOutcome => {
      if (this.items.get(id)?.version !== version) return { kind: 'lost' }
      this.writes.deleted += 1
      this.userDelete(id)
      return { kind: 'done' }
    })
  }

  async #make(id: string, fields: Fields, stamp: string, exists: boolean): Promise<CreateOutcome> {
    return this.#answer(id, (): CreateOutcome => {
      if (exists) return { kind: 'exists' }
      const detail = this.refuses(fields)
      if (detail !== undefined) return { kind: 'refused', detail }
      this.writes.created += 1
      return { kind: 'created', id, version: this.#store({ id, version: '', fields, conditions: [], stamp }) }
    })
  }

  async #answer<T extends { kind: string }>(id: string, run: () => T): Promise<T> {
    return this.#gate.call(() => {
      this.onWrite(id)
      const outcome = run()
      if (this.loseAnswers > 0 && ['created', 'written'].includes(outcome.kind)) {
        this.loseAnswers -= 1
        throw new Error('no answer')
      }
      return outcome
    })
  }

  #store(item: InsideItem): string {
    this.#sequence += 1
    const version = `i${this.#sequence}`
    this.items.set(item.id, { ...item, version, changedAt: this.#now() })
    this.#deleted.delete(item.id)
    this.#index.set(item.id, this.#sequence)
    return version
  }
}
