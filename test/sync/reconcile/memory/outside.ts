import {
  type Change,
  type CreateOutcome,
  type DeleteOutcome,
  type OutsideCapabilities,
  type OutsideItem,
  type OutsideListing,
  type OutsideSide,
  SideUnavailable,
  type WriteOutcome,
} from '../../../../functions/sync/reconcile/port.ts'
import type { Condition } from '../../../../functions/sync/reconcile/rules/conditions.ts'
import { type Fields, withFields } from '../../../../functions/sync/reconcile/rules/item.ts'
import type { Gate } from './gate.ts'

/** How the server behaves; all may be changed at any time. */
export interface Manners {
  /** What it stores of what it is sent. */
  store: (fields: Fields) => Fields
  /** The adapter's declaration of what the server can say. */
  project: OutsideSide['project']
  /** Versions in answers to writes. */
  answersVersions: boolean
  keepsStamps: boolean
  /** Content in listings. */
  listsContent: boolean
  refuses: (fields: Fields) => string | undefined
  /** Answers that get lost after the write was done, of the next writes. */
  loseAnswers: number
  /** A creation that arrives only after the next listing or search. */
  delayCreations: number
  /** What is delayed does not arrive yet. */
  holdDelayed: boolean
  unavailable: number
  incomplete: boolean
  /** Removed and changed items are reported several times, unknown ones as removed. */
  repeats: boolean
  /** Not listed, though there: the server's view has moved. */
  hidden: ReadonlySet<string>
  identity: string
  rewrites: boolean
  parallel: number
  batch: number
}

/** What people and the engine did, for those who count. */
export interface Writes {
  created: number
  updated: number
  deleted: number
}

type Stored = OutsideItem

export class MemoryOutside implements OutsideSide {
  readonly items = new Map<string, Stored>()
  readonly writes: Writes = { created: 0, updated: 0, deleted: 0 }
  readonly manners: Manners
  reads = 0
  listings = 0
  /** Told before a write takes place; may change things first, as another client would. */
  onWrite: (id: string | undefined) => void = () => undefined
  /** Told what the engine replaces or deletes. */
  onReplace: (before: OutsideItem, after: Fields | undefined) => void = () => undefined
  readonly #gate: Gate
  readonly #now: () => number
  #sequence = 0
  #epoch = 0
  #log: string[] = []
  #delayed: (() => void)[] = []
  /** Ids by mark, also of what is no longer there. */
  readonly #byMark = new Map<string, Set<string>>()

  constructor(gate: Gate, now: () => number, manners: Partial<Manners> = {}) {
    this.#gate = gate
    this.#now = now
    this.manners = {
      store: (fields) => fields,
      project: (fields) => ({ fields }),
      answersVersions: true,
      keepsStamps: true,
      listsContent: false,
      refuses: () => undefined,
      loseAnswers: 0,
      delayCreations: 0,
      holdDelayed: false,
      unavailable: 0,
      incomplete: false,
      repeats: false,
      hidden: new Set(),
      identity: 'folder',
      rewrites: false,
      parallel: 1,
      batch: 10,
      ...manners,
    }
  }

  get capabilities(): OutsideCapabilities {
    const { rewrites, parallel, batch } = this.manners
    return { rewrites, parallel, batch }
  }

  // What people do.

  userCreate(fields: Fields, extra: { conditions?: readonly Condition[]; mark?: string } = {}): string {
    const id = this.#newId()
    this.#store({
      id,
      version: '',
      fields: this.manners.store(fields),
      conditions: extra.conditions ?? [],
      mark: extra.mark,
    })
    return id
  }

  userChange(id: string, set: Fields): void {
    const item = this.items.get(id)
    if (item === undefined) return
    this.#store({ ...item, fields: this.manners.store(withFields(item.fields, set)) })
  }

  userMark(id: string, conditions: readonly Condition[]): void {
    const item = this.items.get(id)
    if (item !== undefined) this.#store({ ...item, conditions })
  }

  userDelete(id: string): void {
    if (this.items.delete(id)) this.#log.push(id)
  }

  /** A new version with the same content, as some servers make. */
  userTouch(id: string): void {
    this.userChange(id, {})
  }

  /** Tokens given so far are no longer known. */
  expireTokens(): void {
    this.#epoch += 1
  }

  // What the engine does.

  async identity(): Promise<string> {
    return this.#gate.call(() => this.manners.identity)
  }

  async listChanges(token: string | undefined): Promise<OutsideListing> {
    this.listings += 1
    return this.#gate.call(() => {
      const { hidden, incomplete, repeats } = this.manners
      const [epoch, position] = (token ?? '').split(':')
      const full = token === undefined || epoch !== String(this.#epoch)
      const ids = full ? [...this.items.keys()] : this.#log.slice(Number(position))
      const changes = [...ids, ...(repeats ? ids : [])].map((id) => {
        const item = hidden.has(id) ? undefined : this.items.get(id)
        return item === undefined
          ? { id }
          : { id, version: item.version, ...(this.manners.listsContent ? { item: this.#shown(item) } : {}) }
      })
      if (repeats) changes.push({ id: 'never-known' })
      const listed = full ? changes.filter((change) => 'version' in change) : changes
      const result = {
        changes: incomplete ? listed.slice(0, Math.floor(listed.length / 2)) : listed,
        token: `${this.#epoch}:${this.#log.length}`,
        full,
        complete: !incomplete,
      }
      this.#arrive()
      return result
    })
  }

  async get(ids: readonly string[]): Promise<readonly OutsideItem[]> {
    this.reads += 1
    return this.#gate.call(() =>
      ids.flatMap((id) => {
        const item = this.items.get(id)
        return item === undefined ? [] : [this.#shown(item)]
      }),
    )
  }

  async find(mark: string): Promise<readonly OutsideItem[]> {
    return this.#gate.call(() => {
      const found = this.#marked(mark)
      this.#arrive()
      return found.map((item) => this.#shown(item))
    })
  }

  async create(mark: string, fields: Fields, stamp: string): Promise<CreateOutcome> {
    return this.#write(undefined, (): CreateOutcome => {
      if (this.#marked(mark).length > 0) return { kind: 'exists' }
      const detail = this.manners.refuses(fields)
      if (detail !== undefined) return { kind: 'refused', detail }
      const id = this.#newId()
      this.writes.created += 1
      const make = () => {
        if (this.#marked(mark).length > 0) return
        this.#store({ id, version: '', fields: this.manners.store(fields), conditions: [], mark, stamp })
      }
      if (this.manners.delayCreations > 0) {
        this.manners.delayCreations -= 1
        this.#delayed.push(make)
        throw new Error('no answer')
      }
      make()
      return { kind: 'created', id, ...this.#answered(id) }
    })
  }

  async put(id: string, { set, version, stamp }: Change): Promise<WriteOutcome> {
    return this.#write(id, (): WriteOutcome => {
      const item = this.items.get(id)
      if (item === undefined) return { kind: 'gone' }
      if (item.version !== version) return { kind: 'lost' }
      const fields = this.manners.store(withFields(item.fields, set))
      const detail = this.manners.refuses(fields)
      if (detail !== undefined) return { kind: 'refused', detail }
      this.writes.updated += 1
      this.onReplace(item, fields)
      this.#store({ ...item, fields, stamp })
      return { kind: 'written', ...this.#answered(id) }
    })
  }

  async delete(id: string, version: string): Promise<DeleteOutcome> {
    return this.#write(id, (): DeleteOutcome => {
      const item = this.items.get(id)
      if (item === undefined) return { kind: 'done' }
      if (item.version !== version) return { kind: 'lost' }
      this.writes.deleted += 1
      this.onReplace(item, undefined)
      this.items.delete(id)
      this.#log.push(id)
      return { kind: 'done' }
    })
  }

  project(fields: Fields): ReturnType<OutsideSide['project']> {
    return this.manners.project(fields)
  }

  async #write<T extends { kind: string }>(id: string | undefined, run: () => T): Promise<T> {
    return this.#gate.call(() => {
      if (this.manners.unavailable > 0) {
        this.manners.unavailable -= 1
        throw new SideUnavailable('busy', 1000)
      }
      this.onWrite(id)
      const outcome = run()
      if (this.manners.loseAnswers > 0 && ['created', 'written', 'done'].includes(outcome.kind)) {
        this.manners.loseAnswers -= 1
        throw new Error('no answer')
      }
      return outcome
    })
  }

  #answered(id: string): { version?: string } {
    const version = this.items.get(id)?.version
    return this.manners.answersVersions && version !== undefined ? { version } : {}
  }

  #shown({ stamp, ...item }: Stored): OutsideItem {
    return this.manners.keepsStamps ? { ...item, stamp } : item
  }

  #store(item: Stored): void {
    this.#sequence += 1
    this.items.set(item.id, { ...item, version: `o${this.#sequence}`, changedAt: this.#now() })
    this.#log.push(item.id)
    if (item.mark === undefined) return
    const ids = this.#byMark.get(item.mark) ?? new Set<string>()
    this.#byMark.set(item.mark, ids.add(item.id))
  }

  #marked(mark: string): Stored[] {
    return [...(this.#byMark.get(mark) ?? [])].flatMap((id) => this.items.get(id) ?? [])
  }

  #newId(): string {
    this.#sequence += 1
    return `out${this.#sequence}`
  }

  #arrive(): void {
    if (this.manners.holdDelayed) return
    const arriving = this.#delayed
    this.#delayed = []
    for (const make of arriving) make()
  }
}
