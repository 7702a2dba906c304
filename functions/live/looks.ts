import type { Clock } from '../../shared/clock.ts'
import type { Language } from '../../shared/errors/error.ts'
import { FRESH_MS } from './shared-reads.ts'
import type { LiveSource, LiveSources, Seen } from './sources.ts'

/** What is shown, as all streams of a language send it. */
export interface Look {
  readonly mark: string
  readonly json: string
}

interface Kept {
  readonly at: number
  readonly look: Promise<Look>
  /** What it changes with by the time alone. */
  changes: Seen['changes']
}

/** Milliseconds before something that should have changed already is looked at. */
const AT_LEAST_MS = 100

interface Check {
  readonly at: number
  readonly stop: AbortController
}

/**
 * What a tenant's streams have seen and what still holds, because it would have been told otherwise. What changes by the
 * time alone is looked at when its time has come, once for all of them.
 */
export function createLooks(parts: {
  readonly tenantId: string
  readonly sources: Pick<LiveSources, 'topics' | 'forget'>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onChanged: (topics: readonly string[]) => void
}) {
  const { tenantId, clock, sources } = parts
  const topics = new Map(sources.topics.map((topic) => [topic.name, topic]))
  const kept = new Map<string, Kept>()
  const checks = new Map<string, Check>()
  /** Of what decides about others, as it was last seen in a language. */
  const marks = new Map<string, string>()
  const keyOf = (topic: string, language: Language) => `${topic}/${language}`

  function read(topic: LiveSource, language: Language): Promise<Look> {
    const key = keyOf(topic.name, language)
    const reading = topic.read(tenantId, language).then((seen) => {
      marks.set(key, seen.mark)
      mine.changes = seen.changes
      if (seen.changes !== undefined) checkAt(seen.changes, language)
      return { mark: seen.mark, json: JSON.stringify(seen.data) }
    })
    const mine: Kept = { at: clock.now(), look: reading, changes: undefined }
    kept.set(key, mine)
    reading.catch(() => {
      if (kept.get(key) === mine) kept.delete(key)
    })
    return reading
  }

  function checkAt({ at, by }: NonNullable<Seen['changes']>, language: Language): void {
    const planned = checks.get(by)
    if (planned !== undefined && planned.at <= at) return
    planned?.stop.abort(new Error('sooner'))
    const stop = new AbortController()
    checks.set(by, { at, stop })
    const signal = AbortSignal.any([stop.signal, parts.signal])
    clock.sleep(Math.max(AT_LEAST_MS, at - clock.now()), signal).then(
      () => check(by, language),
      () => undefined,
    )
  }

  async function check(by: string, language: Language): Promise<void> {
    checks.delete(by)
    const topic = topics.get(by)
    if (topic === undefined) return
    const before = marks.get(keyOf(by, language))
    const dependent = [...kept].filter(([, { changes }]) => changes?.by === by)
    sources.forget(tenantId)
    try {
      const { mark } = await read(topic, language)
      if (parts.signal.aborted) return
      const { changes } = kept.get(keyOf(by, language)) ?? { changes: undefined }
      if (mark === before) {
        for (const [, one] of dependent) one.changes = changes
        return
      }
    } catch {
      // Not to be read at the moment: those who look will see, and try again.
    }
    parts.onChanged([...new Set([by, ...dependent.map(([key]) => key.split('/')[0] ?? '')])])
  }

  return {
    async look(name: string, language: Language, mark: string | undefined): Promise<Look> {
      const topic = topics.get(name)
      if (topic === undefined) throw new Error(`no topic ${name}`)
      const found = kept.get(keyOf(name, language))
      if (found !== undefined) {
        const now = clock.now()
        const holds = now < (found.changes?.at ?? Number.POSITIVE_INFINITY)
        // Who has nothing yet gets also what is no news, such as when an agent was last seen.
        if (holds && (mark !== undefined || now - found.at < FRESH_MS)) return found.look
      }
      return read(topic, language)
    },
    forget(channels: readonly string[]): void {
      for (const name of channels)
        for (const language of ['de', 'en'] as const) kept.delete(keyOf(name, language))
    },
  }
}
