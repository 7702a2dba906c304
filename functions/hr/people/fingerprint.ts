import { createHash } from 'node:crypto'
import type { PersonRow } from './rows.ts'

/** Tells whether a person is still as somebody left them; when it was written does not count. */
export function fingerprint(row: PersonRow | undefined): string {
  if (row === undefined) return 'none'
  const { updatedAt: _, ...content } = row
  const sorted = Object.entries(content)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 22)
}
