import { z } from 'zod'
import type { Logger } from '../../../shared/log.ts'
import { startBroker } from './broker.ts'
import { brokerSettingsSchema } from './settings.ts'

/**
 * The broker as a process of its own. Its settings come as one line of JSON in STEG_BROKER. With an IPC channel it
 * tells its parent when it is ready, answers questions, and ends when the parent is gone.
 */

const question = z.object({ ask: z.literal('stats'), id: z.union([z.string(), z.number()]) })

function line(level: string) {
  return (message: string, fields: object = {}) =>
    process.stderr.write(`${JSON.stringify({ level, source: 'broker', message, ...fields })}\n`)
}
const log: Logger = { debug: () => undefined, info: line('info'), warn: line('warn'), error: line('error') }

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function readSettings() {
  const text = process.env.STEG_BROKER
  if (!text) return fail('STEG_BROKER must hold the settings of the broker as JSON.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    return fail(`STEG_BROKER is not JSON: ${String(cause)}`)
  }
  const settings = brokerSettingsSchema.safeParse(value)
  if (!settings.success) return fail(`STEG_BROKER is not right:\n${z.prettifyError(settings.error)}`)
  return settings.data
}

// A parent that is gone must not leave a broker behind that keeps the data file from its successor.
process.on('disconnect', () => process.exit(0))

const broker = await startBroker({ ...readSettings(), log }).catch((cause: unknown) =>
  fail(`The broker cannot start: ${cause instanceof Error ? cause.message : String(cause)}`),
)

process.on('message', (message) => {
  const asked = question.safeParse(message)
  if (asked.success) process.send?.({ answer: 'stats', id: asked.data.id, stats: broker.stats() })
})

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    void broker.close().then(() => process.exit(0))
  })

process.send?.({ event: 'ready', port: broker.port, tcpPort: broker.tcpPort })
