import type { Clock } from '../../../../shared/clock.ts'
import type { Logger } from '../../../../shared/log.ts'

const patienceMs = 3_000

/** Closes something of the client, which can hang for a minute when the broker is gone. Never rejects. */
export async function closeQuietly(
  closable: { close(): Promise<void> },
  clock: Clock,
  log: Logger,
): Promise<void> {
  const done = new AbortController()
  await Promise.race([
    closable.close().catch((error: unknown) => log.debug('Closing failed', { category: 'host', error })),
    clock.sleep(patienceMs, done.signal).catch(() => undefined),
  ])
  done.abort()
}
