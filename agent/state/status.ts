import { rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Clock, toIso } from '../../shared/clock.ts'
import { ErrorRecordSchema } from '../../shared/wire/call.ts'
import { type JsonFile, jsonFile } from './json-file.ts'

/** What the running agent tells about itself; `agent status` reads it. All times are the machine's own. */
export const Status = z.object({
  v: z.literal(1),
  pid: z.int(),
  version: z.string(),
  state: z.enum(['starting', 'connected', 'disconnected', 'revoked', 'stopped']),
  /** Since when it is in this state. */
  since: z.iso.datetime(),
  reason: z.string().nullable(),
  /** The reason as an error from the catalogue, when it is one that says what to do; older agents do not write it. */
  problem: ErrorRecordSchema.nullable().default(null),
  network: z.object({ proxy: z.string().nullable(), ca: z.array(z.string()).readonly() }).optional(),
  startedAt: z.iso.datetime(),
  lastHeartbeat: z.iso.datetime().nullable(),
  lastCall: z.iso.datetime().nullable(),
  calls: z.int(),
  dropped: z.int(),
  errors: z.record(z.string(), z.int()),
})
export type Status = z.infer<typeof Status>

const EVERY_MS = 2000

export function statusFile(path: string, clock: Clock): JsonFile<Status> {
  return jsonFile(path, Status, clock)
}

export interface StatusWriter {
  /** Something has changed: it is written within two seconds. */
  changed(): void
  /** Writes now, for the last time. */
  finish(): Promise<void>
}

/** Writes the status as a whole, so that no reader sees half of it; it need not survive a power cut. */
export function createStatusWriter(parts: {
  path: string
  read: () => Status
  clock: Clock
  onError: (error: unknown) => void
}): StatusWriter {
  const stop = new AbortController()
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    const draft = `${parts.path}.new`
    try {
      await writeFile(draft, `${JSON.stringify(parts.read(), null, 2)}\n`, { mode: 0o600 })
      await rename(draft, parts.path)
    } catch (error) {
      parts.onError(error)
    }
  }

  async function writeSoon(): Promise<void> {
    await parts.clock.sleep(EVERY_MS, stop.signal).catch(() => undefined)
    writing = undefined
    if (!stop.signal.aborted) await write()
  }

  return {
    changed() {
      if (!stop.signal.aborted) writing ??= writeSoon()
    },
    async finish() {
      const last = writing
      stop.abort()
      await last
      await write()
    },
  }
}

export function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : toIso(ms)
}
