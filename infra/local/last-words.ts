import { z } from 'zod'

const LogLine = z.object({ message: z.string() })

/** Stack frames and other continuation lines are indented; Node adds its version, and lone braces close what it dumps. */
const TELLS_NOTHING = /^\s|^$|^Node\.js v|^[{}[\](),^]+$/

/** @returns the words of a process that most likely say why it ended: its last line that says anything; of a log line, the message. */
export function tellingLine(output: string): string {
  const line = output.split(/\r?\n/).findLast((candidate) => !TELLS_NOTHING.test(candidate)) ?? output
  return (line.startsWith('{') ? messageOf(line) : line).trim().replace(/^[A-Za-z]*Error: |\.$/g, '')
}

function messageOf(line: string): string {
  try {
    const parsed = LogLine.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data.message : line
  } catch {
    return line
  }
}
