import type { ErrorRecord } from '../../shared/errors/error.ts'
import type { State } from './rules/state.ts'

/** Whose credentials: an account's own, or those of a connection that accounts share. */
export interface Subject {
  readonly tenantId: string
  readonly kind: 'account' | 'connection'
  /** Opaque, unique within tenant and kind. */
  readonly id: string
  /** How people know it; for messages only. */
  readonly name?: string
}

/** Something that the admins should hear. */
export interface Notice {
  /** The same when a notice is given again, which happens only when a process died while it gave it. */
  readonly id: string
  readonly tenantId: string
  readonly kind: Subject['kind']
  readonly subjectId: string
  readonly state: State
  /** What to do, where more is known than the state. */
  readonly problem: ErrorRecord | undefined
  /** Days until the secret ends, where that is what it is about. */
  readonly daysLeft: number | undefined
}

/** Takes a notice to the admins. @throws when it could not; then it is given again later */
export type Notify = (notice: Notice) => Promise<void>
