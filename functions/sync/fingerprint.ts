import { createHash } from 'node:crypto'

/** Tells whether a row is still as somebody left it; when it was written does not count. */
export function fingerprint(row: { readonly updatedAt: string } | undefined): string {
  if (row === undefined) return 'none'
  const { updatedAt: _, ...content } = row
  const sorted = Object.entries(content)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 22)
}
