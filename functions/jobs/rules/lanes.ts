import { fnv1a } from './hash.ts'

/** The queue of jobs without subjects. */
export const JOBS_QUEUE = 'jobs'
/**
 * The queue of subjects: a queue of its own, because what waits there, however much, then never stands before a job
 * without subject, nor takes it a place in the host.
 */
export const SUBJECTS_QUEUE = 'subjects'

/** Messages of due subjects of one tenant that are worked on at the same time, whatever jobs they are of. */
export const LANES = 2
/** Subjects that one message brings at most, and how many of them are worked on at the same time. */
export const SUBJECTS_PER_MESSAGE = 50
export const SUBJECTS_AT_ONCE = 4

/** The session of a job's runs: they follow each other, those of other jobs go on beside them. */
export function sessionOfJob(tenantId: string, job: string): string {
  return `${tenantId}~${job}`
}

/** The session of runs of subjects that have a row: those that somebody asked for do not wait behind the due ones. */
export function sessionOfSubjectRuns(tenantId: string): string {
  return `${tenantId}~runs`
}

/** The session of the n-th message of due subjects. With the one of runs a tenant takes three places at most. */
export function sessionOfSubjects(tenantId: string, job: string, n: number): string {
  return `${tenantId}~${(fnv1a(job) + n) % LANES}`
}
