import type { Language } from '../../shared/errors/error.ts'
import { failureLine } from './texts.ts'

/** Where a command writes its answer and its failure. */
export interface Output {
  /** One line on standard output. */
  line(text: string): void
  /** One JSON object on a line of its own, on standard output. */
  json(value: object): void
  /** One line on standard error. */
  failure(error: unknown): void
}

export function createOutput(language: Language): Output {
  return {
    line: (text) => process.stdout.write(`${text}\n`),
    json: (value) => process.stdout.write(`${JSON.stringify(value)}\n`),
    failure: (error) => process.stderr.write(`${failureLine(error, language)}\n`),
  }
}
