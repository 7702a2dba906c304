import { createHash } from 'node:crypto'
import { z } from 'zod'
import { StegError } from '../../../shared/errors/error.ts'
import { keyProblem } from './limits.ts'
import type { RangeQuery } from './port.ts'

/**
 * A cursor is the last key of the page before it, so the next page starts right after that key whatever was inserted or
 * deleted in between, and it never expires. The scope ties it to the query that made it.
 */
const cursorSchema = z.tuple([z.string(), z.string().refine((key) => keyProblem(key) === undefined)])

function scopeOf(table: string, partition: string, range: RangeQuery): string {
  const query = JSON.stringify([table.toLowerCase(), partition, range.from ?? '', range.to ?? null])
  return createHash('sha256').update(query).digest('base64url').slice(0, 12)
}

export function encodeCursor(table: string, partition: string, range: RangeQuery, lastKey: string): string {
  return Buffer.from(JSON.stringify([scopeOf(table, partition, range), lastKey])).toString('base64url')
}

/** The key after which the page starts; undefined for the first page. `invalid-request` for a cursor of another query. */
export function decodeCursor(table: string, partition: string, range: RangeQuery): string | undefined {
  if (range.cursor === undefined) return undefined
  const parsed = cursorSchema.safeParse(jsonOf(range.cursor))
  if (!parsed.success || parsed.data[0] !== scopeOf(table, partition, range)) {
    throw new StegError('invalid-request', { problems: 'cursor: not one that this query returned' })
  }
  return parsed.data[1]
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch (error) {
    // Not JSON: the schema refuses undefined like any other wrong shape.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
