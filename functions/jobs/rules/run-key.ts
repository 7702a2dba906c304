/** Run ids sort newest first: milliseconds counted down, then random characters that make them unique. */
const FAR_FUTURE_MS = 9_999_999_999_999

export function runId(now: number, unique: string): string {
  return `r${String(FAR_FUTURE_MS - now).padStart(13, '0')}${unique}`
}

export function runKey(job: string, id: string): string {
  return `${job}~${id}`
}

/** Range of all runs of one job. */
export function runRange(job: string): { from: string; to: string } {
  return { from: `${job}~`, to: `${job}~s` }
}
