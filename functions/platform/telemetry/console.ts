import { type Logger as Pino, pino, stdSerializers } from 'pino'
import type { Logger } from '../../../shared/log.ts'

/** Structured lines on standard output, where Azure and the laptop's platform both collect them. */
export function consoleLogger(level = process.env.STEG_LOG_LEVEL ?? 'info'): Logger {
  const log: Pino = pino({
    level,
    base: null,
    serializers: { error: stdSerializers.err },
    redact: { paths: ['*.password', '*.secret', '*.token', '*.authorization', '*.cookie'], censor: '…' },
  })
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  }
}
