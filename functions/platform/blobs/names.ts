import { StegError } from '../../../shared/errors/error.ts'
import { type BlobRange, blobLimits } from './port.ts'

/**
 * How tenants and names are written where a storage keeps them: lower-case letters, digits, `-` and `_` as they are,
 * every other byte as `=` and two hexadecimal digits, so that nothing is taken for a path, two names never for one, and
 * upper and lower case differ on every file system.
 */
const kept = /^[a-z0-9_-]$/
const tenantForm = /^[A-Za-z0-9._~!-]{1,64}$/

function encodePart(part: string): string {
  let encoded = ''
  for (const byte of Buffer.from(part)) {
    const character = String.fromCharCode(byte)
    encoded += kept.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`
  }
  return encoded
}

export function decodePart(encoded: string): string {
  return Buffer.from(
    encoded.replace(/=([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  ).toString()
}

/** @throws StegError `blob-name-invalid` */
export function tenantPart(tenantId: string): string {
  if (!tenantForm.test(tenantId)) throw invalid('the tenant is none')
  return encodePart(tenantId)
}

/** @throws StegError `blob-name-invalid` */
export function nameParts(name: string): string[] {
  if (Buffer.byteLength(name) > blobLimits.nameBytes) throw invalid(`at most ${blobLimits.nameBytes} bytes`)
  if (!name.isWellFormed()) throw invalid('well-formed Unicode')
  const parts = name.split('/')
  if (parts.includes('')) throw invalid('no empty part between slashes')
  return parts.map(encodePart)
}

/** The parts of a folder; none for the whole. @throws StegError `blob-name-invalid` */
export function folderParts(under: string): string[] {
  return under === '' ? [] : nameParts(under)
}

export function checkPage(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > blobLimits.pageItems) {
    throw new StegError('invalid-request', { problems: `limit: 1 to ${blobLimits.pageItems}` })
  }
}

/** @returns the first byte and the byte after the last, within the size. @throws StegError `invalid-request` */
export function spanOf(
  size: number,
  range: BlobRange | undefined,
): { from: number; to: number; whole: boolean } {
  if (range === undefined) return { from: 0, to: size, whole: true }
  const { from, to = Math.max(size, range.from) } = range
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to < from) {
    throw new StegError('invalid-request', { problems: 'range: from 0, and not behind its end' })
  }
  return { from: Math.min(from, size), to: Math.min(to, size), whole: false }
}

function invalid(problem: string): StegError {
  return new StegError('blob-name-invalid', { problem })
}

export function notFound(name: string): StegError {
  return new StegError('blob-not-found', { name })
}
