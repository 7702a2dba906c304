import { z } from 'zod'

const seconds = z.number().positive()

/** How a queue behaves. Durations in seconds; fractions are allowed, which Service Bus itself does not. */
export const queueSettingsSchema = z.object({
  requiresSession: z.boolean().default(false),
  lockSeconds: seconds.max(300).default(60),
  maxDeliveryCount: z.number().int().min(1).default(10),
  timeToLiveSeconds: seconds.optional(),
  duplicateDetectionSeconds: seconds.optional(),
  /** Expired messages go to the dead-letter queue instead of being dropped. */
  deadLetterOnExpiry: z.boolean().default(false),
  /** Messages that one connection may send in a second, on average; Service Bus itself throttles a namespace as a whole. */
  sendsPerSecond: z.number().positive().optional(),
  /** False keeps the messages of this queue in memory alone: they are lost with the process. */
  durable: z.boolean().default(true),
})
export type QueueSettings = z.output<typeof queueSettingsSchema>

/** Names as Service Bus allows them. */
export const queueNameSchema = z.string().regex(/^[A-Za-z0-9]$|^[A-Za-z0-9][\w./-]{0,258}[A-Za-z0-9_]$/)

export const policySchema = z.object({
  name: z.string().min(1),
  key: z.string().min(1),
  rights: z.array(z.enum(['listen', 'send', 'manage'])).min(1),
})
export type Policy = z.output<typeof policySchema>
export type Right = Policy['rights'][number]

/** The part of the broker's options that can be written down, for instance for its own process. */
export const brokerSettingsSchema = z.object({
  /** The SQLite file; `-wal` is kept next to it. Only one broker can have it open. */
  dataFile: z.string().min(1),
  policies: z.array(policySchema),
  /** HTTP and WebSocket; 0 takes a free one. */
  port: z.number().int().min(0).max(65535).default(0),
  /** Plain AMQP; 0 takes a free one. */
  tcpPort: z.number().int().min(0).max(65535).default(0),
  /** The broker speaks without TLS, so nothing but loopback is accepted. */
  host: z.enum(['127.0.0.1', '::1', 'localhost']).default('127.0.0.1'),
  /** Created when missing; an existing queue keeps its settings. */
  queues: z.array(queueSettingsSchema.extend({ name: queueNameSchema })).default([]),
  /** How many bytes of messages are kept in memory; the rest is read from disk when it is delivered. */
  memoryBytes: z
    .number()
    .int()
    .min(0)
    .default(64 * 1024 * 1024),
  /** The data file stops growing here and new messages are refused. */
  maxDataBytes: z
    .number()
    .int()
    .min(256 * 1024)
    .optional(),
  /** True waits for the disk at every commit, so that a power cut loses nothing acknowledged either. */
  powerSafe: z.boolean().default(false),
})
export type BrokerSettings = z.output<typeof brokerSettingsSchema>
export type BrokerSettingsInput = z.input<typeof brokerSettingsSchema>
