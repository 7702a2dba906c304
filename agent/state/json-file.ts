import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import { writeDurably } from './folder.ts'

/** One JSON file of the state folder, checked against its schema whenever it is read. */
export interface JsonFile<T> {
  readonly path: string
  /** `undefined` when there is no such file. @throws StegError `state-unreadable` */
  read(): Promise<T | undefined>
  /** @throws StegError `state-unwritable` */
  write(value: T): Promise<void>
}

export function jsonFile<T>(path: string, schema: z.ZodType<T>, clock: Clock): JsonFile<T> {
  return {
    path,
    async read() {
      const text = await readText(path)
      return text === undefined ? undefined : parse(path, schema, text)
    },
    write: (value) => writeDurably(path, `${JSON.stringify(value, null, 2)}\n`, clock),
  }
}

/** @throws StegError `state-unreadable` for every failure but a missing file, which is `undefined`. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(path, reasonOf(error), error)
  }
}

export function unreadable(file: string, reason: string, cause?: unknown): StegError {
  return new StegError('state-unreadable', { file, reason }, { cause })
}

function parse<T>(path: string, schema: z.ZodType<T>, text: string): T {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw unreadable(path, 'it is not complete JSON', error)
  }
  const result = schema.safeParse(json)
  if (!result.success)
    throw unreadable(path, z.prettifyError(result.error).replaceAll('\n', ' '), result.error)
  return result.data
}
