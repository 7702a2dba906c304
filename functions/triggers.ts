import type { InvocationContext } from '@azure/functions'
import { z } from 'zod'
import { StegError } from '../shared/errors/error.ts'

const JobMessageSchema = z.union([
  z.object({
    tenantId: z.string(),
    job: z.string(),
    subject: z.string().optional(),
    runId: z.string(),
  }),
  z.object({
    tenantId: z.string(),
    job: z.string(),
    message: z.string(),
    subjects: z.array(z.string()).min(1).max(1_000),
  }),
])

const Carried = z.object({ traceparent: z.string().optional() })

/** @throws StegError `message-invalid` */
export function parseJobMessage(message: unknown): z.infer<typeof JobMessageSchema> {
  const parsed = JobMessageSchema.safeParse(fromBytes(message))
  if (!parsed.success) throw new StegError('message-invalid', { problem: 'not a job message' })
  return parsed.data
}

/** The trace that a message carries, as whoever sent it wrote it. */
export function traceparentOf({ triggerMetadata }: InvocationContext): unknown {
  const properties = Carried.safeParse(
    triggerMetadata?.ApplicationProperties ?? triggerMetadata?.applicationProperties,
  )
  return properties.success ? properties.data.traceparent : undefined
}

/**
 * The messages of a batch as text; what is no text is `undefined`. Nothing but the bodies is looked at: members of a JSON
 * body can take the place of what the broker says about a message, so whoever sends it could say that, too.
 */
export function textsOf(messages: unknown): (string | undefined)[] {
  return Array.isArray(messages) ? messages.map(text) : []
}

/** Bodies are bytes on the wire; the Functions library hands over bytes, text or, when it looks like JSON, an object. */
function fromBytes(message: unknown): unknown {
  const json = text(message)
  if (json === undefined) return message
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new StegError('message-invalid', { problem: 'not JSON' }, { cause: error })
  }
}

function text(message: unknown): string | undefined {
  if (typeof message === 'string') return message
  return message instanceof Uint8Array ? Buffer.from(message).toString() : undefined
}
