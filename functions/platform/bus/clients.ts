import type { ServiceBusClient } from '@azure/service-bus'
import { isStegError, reasonOf, StegError } from '../../../shared/errors/error.ts'
import { within } from '../../../shared/within.ts'

/** A connection that has fallen silent lets everything wait; the broker itself answers in milliseconds. */
export const SILENT_MS = 10_000
/** A farewell over a connection that is gone may never end. */
const CLOSE_MS = 3000

/** The client is given up because something is wrong with it; that closing it fails, too, says nothing new. */
export function closeQuietly(client: ServiceBusClient): void {
  client.close().catch(() => undefined)
}

export async function closeInTime(client: ServiceBusClient): Promise<void> {
  await within(CLOSE_MS, client.close()).catch(() => undefined)
}

/** @throws StegError `bus-unavailable` */
export function unavailable(error: unknown): never {
  if (isStegError(error, 'bus-unavailable')) throw error
  throw new StegError('bus-unavailable', { reason: reasonOf(error) }, { cause: error })
}
