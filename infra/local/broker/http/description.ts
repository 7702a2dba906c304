import { XMLBuilder, XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import type { Queue } from '../runtime/queue.ts'
import { type QueueSettings, queueSettingsSchema } from '../settings.ts'

/** Queue descriptions as ATOM entries (learn.microsoft.com, "Service Bus REST API, queue description"). */

/** What .NET writes for "for ever". */
const FOREVER = 'P10675199DT2H48M5.4775807S'
const FOREVER_SECONDS = 10675199 * 86400
const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/** ISO 8601, days to seconds. Undefined when it is not one. Seconds. */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text.trim())
  if (!parts || text.trim() === 'P') return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0))
  return days * 86_400 + hours * 3600 + minutes * 60 + seconds
}

export function formatDuration(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const rest = seconds - days * 86_400
  const hours = Math.floor(rest / 3600)
  const minutes = Math.floor((rest % 3600) / 60)
  const left = Math.round((rest % 60) * 1000) / 1000
  const time = [hours && `${hours}H`, minutes && `${minutes}M`, left && `${left}S`].filter(Boolean).join('')
  if (!days && !time) return 'PT0S'
  return `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}`
}

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, removeNSPrefix: true })
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: false })

const duration = z.string().transform((value, context) => {
  const seconds = parseDuration(value)
  if (seconds !== undefined) return seconds
  context.addIssue({ code: 'custom', message: `'${value}' is not a duration` })
  return z.NEVER
})
const flag = z.enum(['true', 'false']).transform((value) => value === 'true')

const entrySchema = z.object({
  entry: z.object({
    content: z.object({
      QueueDescription: z.preprocess(
        (value) => (value === '' ? {} : value),
        z.object({
          LockDuration: duration.optional(),
          RequiresDuplicateDetection: flag.optional(),
          RequiresSession: flag.optional(),
          DefaultMessageTimeToLive: duration.optional(),
          DeadLetteringOnMessageExpiration: flag.optional(),
          DuplicateDetectionHistoryTimeWindow: duration.optional(),
          MaxDeliveryCount: z.coerce.number().optional(),
        }),
      ),
    }),
  }),
})

const DEFAULT_DUPLICATE_SECONDS = 600

/** Reads the body of a PUT. Throws a `ZodError`, or what the parser throws, when it is not a queue description. */
export function parseDescription(xml: string): QueueSettings {
  const described = entrySchema.parse(parser.parse(xml)).entry.content.QueueDescription
  const ttl = described.DefaultMessageTimeToLive
  const window = described.DuplicateDetectionHistoryTimeWindow ?? DEFAULT_DUPLICATE_SECONDS
  return queueSettingsSchema.parse({
    requiresSession: described.RequiresSession,
    lockSeconds: described.LockDuration,
    maxDeliveryCount: described.MaxDeliveryCount,
    timeToLiveSeconds: ttl === undefined || ttl >= FOREVER_SECONDS ? undefined : ttl,
    duplicateDetectionSeconds: described.RequiresDuplicateDetection ? window : undefined,
    deadLetterOnExpiry: described.DeadLetteringOnMessageExpiration,
  })
}

function descriptionOf(queue: Queue): object {
  const { settings, createdAt, updatedAt } = queue.stored
  const counts = queue.main.counts()
  const dead = queue.dead.counts()
  const active = counts.available + counts.locked + counts.deferred
  const deadLetters = dead.available + dead.locked + dead.deferred
  const ttl = settings.timeToLiveSeconds
  // The order is that of the schema; the real service insists on it.
  return {
    LockDuration: formatDuration(settings.lockSeconds),
    MaxSizeInMegabytes: 1024,
    RequiresDuplicateDetection: settings.duplicateDetectionSeconds !== undefined,
    RequiresSession: settings.requiresSession,
    DefaultMessageTimeToLive: ttl === undefined ? FOREVER : formatDuration(ttl),
    DeadLetteringOnMessageExpiration: settings.deadLetterOnExpiry,
    DuplicateDetectionHistoryTimeWindow: formatDuration(
      settings.duplicateDetectionSeconds ?? DEFAULT_DUPLICATE_SECONDS,
    ),
    MaxDeliveryCount: settings.maxDeliveryCount,
    EnableBatchedOperations: true,
    SizeInBytes: 0,
    MessageCount: active + counts.scheduled + deadLetters,
    Status: 'Active',
    CreatedAt: new Date(createdAt).toISOString(),
    UpdatedAt: new Date(updatedAt).toISOString(),
    AccessedAt: new Date(updatedAt).toISOString(),
    CountDetails: {
      '@xmlns:d2p1': 'http://schemas.microsoft.com/netservices/2011/06/servicebus',
      'd2p1:ActiveMessageCount': active,
      'd2p1:DeadLetterMessageCount': deadLetters,
      'd2p1:ScheduledMessageCount': counts.scheduled,
      'd2p1:TransferMessageCount': 0,
      'd2p1:TransferDeadLetterMessageCount': 0,
    },
    AutoDeleteOnIdle: FOREVER,
    EnablePartitioning: false,
    EntityAvailabilityStatus: 'Available',
    EnableExpress: false,
  }
}

const entryOf = (queue: Queue, base: string) => ({
  '@xmlns': 'http://www.w3.org/2005/Atom',
  id: `${base}/${queue.stored.name}`,
  title: { '@type': 'text', '#text': queue.stored.name },
  content: {
    '@type': 'application/xml',
    QueueDescription: {
      '@xmlns': 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect',
      ...descriptionOf(queue),
    },
  },
})

export const writeEntry = (queue: Queue, base: string): string =>
  builder.build({ entry: entryOf(queue, base) })

/** `next`: where the following page is. */
export const writeFeed = (queues: readonly Queue[], base: string, next: string | undefined): string =>
  builder.build({
    feed: {
      '@xmlns': 'http://www.w3.org/2005/Atom',
      title: { '@type': 'text', '#text': 'Queues' },
      id: `${base}/$Resources/Queues`,
      // The client looks for links only in a list of at least two.
      link: [
        { '@rel': 'self', '@href': `${base}/$Resources/Queues` },
        ...(next ? [{ '@rel': 'next', '@href': next }] : []),
      ],
      entry: queues.map((queue) => entryOf(queue, base)),
    },
  })

/** `startedAt` in milliseconds since the epoch. */
export const writeNamespace = (base: string, startedAt: number): string => {
  const since = new Date(startedAt).toISOString()
  return builder.build({
    entry: {
      '@xmlns': 'http://www.w3.org/2005/Atom',
      id: `${base}/$namespaceinfo`,
      title: { '@type': 'text', '#text': 'Namespace' },
      content: {
        '@type': 'application/xml',
        NamespaceInfo: {
          '@xmlns': 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect',
          CreatedTime: since,
          MessagingSKU: 'Standard',
          ModifiedTime: since,
          Name: 'local',
          NamespaceType: 'Messaging',
        },
      },
    },
  })
}

export const writeProblem = (status: number, detail: string): string =>
  builder.build({ Error: { Code: status, Detail: detail } })
