import type { Logger } from '../../../shared/log.ts'

type Level = keyof Logger

const order: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** Writes one JSON object per line, from `lowest` upwards. */
export function createLineLogger(write: (line: string) => void, lowest: Level, now: () => number): Logger {
  const at =
    (level: Level): Logger['info'] =>
    (message, fields) => {
      if (order.indexOf(level) < order.indexOf(lowest)) return
      const time = new Date(now()).toISOString()
      write(`${JSON.stringify({ time, level, message, ...fields }, plainErrors)}\n`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function plainErrors(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (!(value instanceof Error)) return value
  return { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
}
