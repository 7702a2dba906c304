import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StegError } from '../../../shared/errors/error.ts'
import { decodePart } from './names.ts'

/** Folders with this ending hold what goes on with a part that is too long for one step of a path. */
const MORE = '+'
const FILE = '.blob'
/** Characters of one step of a path; file systems take 255 bytes. */
const STEP_CHARACTERS = 120

/** The folders of encoded parts. */
export function folderSteps(parts: readonly string[]): string[] {
  return parts.flatMap((part) => {
    const pieces = part.match(new RegExp(`.{1,${STEP_CHARACTERS}}`, 'g')) ?? []
    return pieces.map((piece, at) => (at < pieces.length - 1 ? piece + MORE : piece))
  })
}

/** Folders and file of an encoded name. */
export function fileSteps(parts: readonly string[]): string[] {
  const steps = folderSteps(parts)
  return [...steps.slice(0, -1), `${steps.at(-1)}${FILE}`]
}

/** The name that steps stand for. */
export function nameOfSteps(steps: readonly string[]): string {
  const parts: string[] = []
  let begun = ''
  for (const step of steps) {
    if (step.endsWith(MORE)) begun += step.slice(0, -MORE.length)
    else {
      parts.push(decodePart(begun + (step.endsWith(FILE) ? step.slice(0, -FILE.length) : step)))
      begun = ''
    }
  }
  return parts.join('/')
}

/** The files below a folder, in the order of their steps, behind those of a cursor. A folder that is not there is empty. */
export async function* walk(folder: string, after: readonly string[]): AsyncGenerator<string[], void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  const [next, ...rest] = after
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = entry
    if (next !== undefined && name < next) continue
    if (entry.isDirectory()) {
      const inside = walk(join(folder, name), name === next ? rest : [])
      for await (const steps of inside) yield [name, ...steps]
    } else if (name.endsWith(FILE) && name !== next) yield [name]
  }
}

/** Where a page ends: compared with, and never part of a path. */
export const cursorOf = (steps: readonly string[]) => Buffer.from(steps.join('/')).toString('base64url')

/** @throws StegError `invalid-request` */
export function stepsOf(cursor: string | undefined): string[] {
  if (cursor === undefined) return []
  const steps = Buffer.from(cursor, 'base64url').toString()
  if (!/^[a-z0-9_=+/-]{1,2000}\.blob$/.test(steps)) {
    throw new StegError('invalid-request', { problems: 'cursor: not one that this query returned' })
  }
  return steps.split('/')
}
