import { createWriteStream } from 'node:fs'

/** What the platform tells whoever started it: text for people, or JSON lines for programs. */
export interface Report {
  readonly logFile: string
  event(name: string, fields: Readonly<Record<string, unknown>>): void
  text(lines: string): void
  process(name: string, pid: number): void
  died(name: string, how: string): void
  restarted(name: string): void
  /** A process ended for good. */
  ended(name: string, why: string): void
  /** A line that one of the processes printed; kept in the log file. */
  log(name: string, line: string): void
}

export function createReport(json: boolean, logFile: string): Report {
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  // A full disk must not take the platform down with its log.
  log.on('error', (error) => process.stderr.write(`log file: ${error.message}\n`))
  const write = (text: string) => process.stdout.write(`${text}\n`)
  const emit = (event: string, fields: Readonly<Record<string, unknown>>) => {
    if (json) write(JSON.stringify({ event, ...fields }))
  }
  return {
    logFile,
    event: emit,
    text: (lines) => {
      if (!json) write(lines)
    },
    process: (name, pid) => emit('process', { name, pid }),
    died(name, how) {
      emit('died', { name, how })
      if (!json) write(`${name} ended (${how}); starting it again. Its log: ${logFile}`)
    },
    restarted(name) {
      emit('restarted', { name })
      if (!json) write(`${name} runs again.`)
    },
    ended(name, why) {
      emit('ended', { name, why })
      if (!json) write(`${name} ended and stays so: ${why}. Its log: ${logFile}`)
    },
    log: (name, line) => void log.write(`${name}: ${line}\n`),
  }
}
