import { pino } from 'pino'
import type { LogFields, Logger } from '../shared/log.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const SECRET_NAME =
  /token|secret|password|passwd|authorization|cookie|assertion|proof|sas|signature|private|pem/i
/** SAS tokens, their signatures, bearer values, and JWTs, wherever they turn up inside a text. */
const SECRET_TEXT =
  /SharedAccessSignature\s+\S+|\bsig=[^&\s"']+|\bBearer\s+\S+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|\/\/[^/\s@]+:[^/\s@]+@/gi
const HIDDEN = '[hidden]'
const MAX_DEPTH = 4

/** Structured log, one JSON object per line, to standard error: standard output belongs to the command's answer. */
export function createLog(level: LogLevel): Logger {
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
  const write = (target: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) =>
    log[target](fields === undefined ? {} : redact(fields), scrub(message))
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

export function scrub(text: string): string {
  return text.replace(SECRET_TEXT, HIDDEN)
}

/** A copy without what looks like a secret, by the name of the field or by the form of the text. */
export function redact(fields: LogFields): LogFields {
  return redactObject(fields, 0)
}

function redactObject(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] =>
    SECRET_NAME.test(name) && inner !== null && inner !== undefined
      ? [name, HIDDEN]
      : [name, redactValue(inner, depth + 1)],
  )
  return Object.fromEntries(entries)
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return scrub(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '[deep]'
  if (value instanceof Error) return redactError(value, depth)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.map((inner) => redactValue(inner, depth + 1))
  return redactObject(value, depth)
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const code = (error as NodeJS.ErrnoException).code
  return {
    type: error.name,
    message: scrub(error.message),
    ...(code === undefined ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: scrub(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  }
}
