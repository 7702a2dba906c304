import { read } from '../api/read.ts'
import type { Run } from './words.ts'

/** Which run; subject null for jobs whose runs have none. */
export type RunAddress = Pick<Run, 'job' | 'id' | 'subject'>

/** Path and query of everything about a run, for calls of the hub. */
export function paramsOfRun({ job, id, subject }: RunAddress) {
  return { path: { token: job, id }, query: subject === null ? {} : { subject } }
}

export function readRun(run: RunAddress) {
  return read('/api/v1/jobs/{token}/runs/{id}', { params: paramsOfRun(run) })
}

/** The run's page in the portal. */
export function pageOfRun({ job, id, subject }: RunAddress): string {
  return `/jobs/${job}/runs/${id}${subject === null ? '' : `?subject=${encodeURIComponent(subject)}`}`
}
