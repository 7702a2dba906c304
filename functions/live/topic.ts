import type { Language } from '../../shared/errors/error.ts'
import type { Right } from '../tenancy/rules/roles.ts'

/** Something that streams tell about while it changes. */
export interface LiveTopic {
  /** Two to ten small letters: the event's name. */
  readonly name: string
  /** The tables whose changes may change it. */
  readonly tables: readonly string[]
  readonly right: Right
  /** About everybody: a caller who sees some people only does not hear it. */
  readonly aboutEverybody: boolean
  /** Looking costs more than a read or two: it is done less often while nothing else has changed. */
  readonly costly: boolean
  read(tenantId: string, language: Language): Promise<Told>
}

export interface Told {
  readonly data: unknown
  /** What of it is news when it changes; all of it where nothing else is said. */
  readonly news?: unknown
}
