import type { Language } from '../../shared/errors/error.ts'
import type { Right } from '../tenancy/rules/roles.ts'
import type { Visibility } from './rules/news.ts'

/** What a topic has to tell at a moment. */
export interface Told {
  readonly data: unknown
  /** What of it is news when it changes; all of it where nothing else is said. */
  readonly news?: unknown
  /**
   * When it may change by the time alone, in milliseconds since the epoch, and the topic that is looked at then: while
   * that one stays the same, this one does, too.
   */
  readonly changes?: { readonly at: number; readonly by: string } | undefined
}

/** A table whose partitions are tenants, and which of its writes can be seen; all when it does not say. */
export interface WatchedTable extends Visibility {
  readonly table: string
}

/** Something that streams tell about. A capability says what it is; nobody has to tell when it changes. */
export interface LiveTopic {
  /** Name of its events: 2 to 10 small letters. */
  readonly name: string
  /** What it shows comes from these. */
  readonly tables: readonly (string | WatchedTable)[]
  readonly right: Right
  /** Whether it tells of everybody; a caller who sees some people only does not hear it. */
  readonly aboutEverybody: boolean
  /** Milliseconds between two looks while changes go on; 200 when absent. */
  readonly rest?: number
  read(tenantId: string, language: Language): Promise<Told>
}
