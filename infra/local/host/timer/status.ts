import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** When a timer ran and will run. Milliseconds since the epoch; `last` is undefined when it has never run. */
export interface TimerStatus {
  readonly last: number | undefined
  readonly next: number
  readonly updated: number
}

/** Keeps the status of timers over restarts, so that a missed run is made up. */
export interface TimerStatusStore {
  load(timer: string): Promise<TimerStatus | undefined>
  save(timer: string, status: TimerStatus): Promise<void>
}

export function createMemoryTimerStatus(): TimerStatusStore {
  const statuses = new Map<string, TimerStatus>()
  return {
    load: async (timer) => statuses.get(timer),
    save: async (timer, status) => {
      statuses.set(timer, status)
    },
  }
}

const statusFile = z.object({
  Last: z.iso.datetime().nullable(),
  Next: z.iso.datetime(),
  LastUpdated: z.iso.datetime(),
})

/** One small file per timer in `directory`. A file that cannot be read counts as absent. */
export function createFileTimerStatus(directory: string): TimerStatusStore {
  const fileOf = (timer: string) => join(directory, `${encodeURIComponent(timer)}.json`)
  return {
    async load(timer) {
      const text = await readFile(fileOf(timer), 'utf8').catch(() => '')
      const parsed = statusFile.safeParse(text === '' ? undefined : parseJson(text))
      if (!parsed.success) return undefined
      const { Last, Next, LastUpdated } = parsed.data
      return {
        last: Last === null ? undefined : Date.parse(Last),
        next: Date.parse(Next),
        updated: Date.parse(LastUpdated),
      }
    },
    async save(timer, { last, next, updated }) {
      await mkdir(directory, { recursive: true })
      const content = JSON.stringify({
        Last: last === undefined ? null : iso(last),
        Next: iso(next),
        LastUpdated: iso(updated),
      })
      const file = fileOf(timer)
      await writeFile(`${file}.new`, content)
      await rename(`${file}.new`, file)
    },
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
