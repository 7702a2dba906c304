import { mixedHash } from './hash.ts'

/**
 * What is scheduled and runs: a job of a tenant or, for jobs whose runs have subjects, one subject of it (a mailbox, a
 * phone book, a licence). At most one run of each is active.
 */
export interface JobKey {
  readonly tenantId: string
  readonly job: string
  /** Opaque; undefined for jobs that have none. */
  readonly subject?: string | undefined
}

/** What a subject may be: an id that is possible in keys, messages and addresses as it is. */
const subjectForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export function isSubject(text: string): boolean {
  return subjectForm.test(text)
}

/** Number from 0 to 2^32 - 1 that spreads the subjects of a job evenly. */
export function spreadOf({ tenantId, job, subject = '' }: JobKey): number {
  return mixedHash(`${tenantId}~${job}~${subject}`)
}

/**
 * Where the row of a job is: a tenant's jobs lie together, the subjects of a job in a partition of their own, in the
 * order of their phases. So those that are due at the same time are neighbours, and one range reads them.
 */
export function rowOf(key: JobKey): { readonly partition: string; readonly key: string } {
  const { tenantId, job, subject } = key
  if (subject === undefined) return { partition: tenantId, key: job }
  return {
    partition: subjectsPartition(tenantId, job),
    key: `${spreadOf(key).toString(16).padStart(8, '0')}~${subject}`,
  }
}

export function subjectsPartition(tenantId: string, job: string): string {
  return `${tenantId}~${job}`
}

/** For maps in memory. */
export function textOf({ tenantId, job, subject }: JobKey): string {
  return subject === undefined ? `${tenantId}~${job}` : `${tenantId}~${job}~${subject}`
}
