import type {
  HistoryEntry,
  LinkStore,
  LinkWrite,
  ReconcileState,
  StoredLink,
} from '../../../../functions/sync/reconcile/port.ts'
import type { Link } from '../../../../functions/sync/reconcile/rules/link.ts'
import { StegError } from '../../../../shared/errors/error.ts'
import type { Gate } from './gate.ts'

export class MemoryLinkStore implements LinkStore {
  readonly links = new Map<string, StoredLink>()
  readonly history = new Map<string, HistoryEntry>()
  current: ReconcileState = {}
  /** Batches and states written. */
  saves = 0
  readonly #gate: Gate
  readonly #byOutside = new Map<string, string>()
  #sequence = 0

  constructor(gate: Gate) {
    this.#gate = gate
  }

  async state(): Promise<ReconcileState> {
    return this.#gate.call(() => this.current)
  }

  async saveState(state: ReconcileState): Promise<void> {
    return this.#gate.call(() => {
      this.saves += 1
      this.current = state
    })
  }

  async get(ids: readonly string[]): Promise<readonly StoredLink[]> {
    return this.#gate.call(() => ids.flatMap((id) => this.links.get(id) ?? []))
  }

  async findByOutside(outsideIds: readonly string[]): Promise<readonly StoredLink[]> {
    return this.#gate.call(() =>
      outsideIds.flatMap((outsideId) => this.links.get(this.#byOutside.get(outsideId) ?? '') ?? []),
    )
  }

  async pending(): Promise<readonly StoredLink[]> {
    return this.#gate.call(() =>
      [...this.links.values()].filter(({ link }) => link.intent !== undefined || link.decision !== undefined),
    )
  }

  async *all(): AsyncIterable<StoredLink> {
    yield* await this.#gate.call(() => [...this.links.values()])
  }

  async count(): Promise<number> {
    return this.#gate.call(
      () =>
        [...this.links.values()].filter(
          ({ link }) =>
            link.active &&
            link.inside !== undefined &&
            link.outside !== undefined &&
            link.outside.gone !== true,
        ).length,
    )
  }

  async save(
    writes: readonly LinkWrite[],
    history: readonly HistoryEntry[],
  ): Promise<readonly (string | undefined)[]> {
    return this.#gate.call(() => {
      for (const { id, etag } of writes) {
        if (this.links.get(id)?.etag !== etag) throw new StegError('store-conflict', { key: id })
      }
      this.saves += 1
      for (const entry of history) {
        this.history.set(JSON.stringify([entry.id, entry.field, entry.side, entry.value]), entry)
      }
      return writes.map(({ id, link }) => this.#put(id, link))
    })
  }

  /** Somebody decides an open conflict. */
  decide(id: string, decision: 'inside' | 'outside'): void {
    const stored = this.links.get(id)
    if (stored !== undefined) this.#put(id, { ...stored.link, decision })
  }

  #put(id: string, link: Link | undefined): string | undefined {
    const before = this.links.get(id)?.link.outside?.id
    if (before !== undefined && this.#byOutside.get(before) === id) this.#byOutside.delete(before)
    if (link === undefined) {
      this.links.delete(id)
      return undefined
    }
    this.#sequence += 1
    const etag = `l${this.#sequence}`
    this.links.set(id, { link, etag })
    if (link.outside !== undefined) this.#byOutside.set(link.outside.id, id)
    return etag
  }
}
