import { createHash } from 'node:crypto'

/**
 * What a sign-in over TLS is bound to, so that whoever stands between cannot use it elsewhere ("Extended Protection"):
 * MD5 of a gss_channel_bindings_struct (RFC 2744, 3.11) with `tls-server-end-point` (RFC 5929, 4).
 */
export function channelBindingsOf(certificate: Buffer): Buffer {
  const hash = createHash(hashOf(certificate)).update(certificate).digest()
  const data = Buffer.concat([Buffer.from('tls-server-end-point:', 'latin1'), hash])
  // Address types and lengths of both sides, all nought, and the length of the data.
  const head = Buffer.alloc(20)
  head.writeUInt32LE(data.length, 16)
  return createHash('md5')
    .update(Buffer.concat([head, data]))
    .digest()
}

/** By the object identifier of the signature, DER without its tag. What signs with MD5 or SHA-1 counts as SHA-256. */
const hashes: Readonly<Record<string, string>> = {
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
}

/** A certificate is a sequence of its content, the algorithm of its signature, and the signature (RFC 5280, 4.1). */
function hashOf(certificate: Buffer): string {
  const outer = element(certificate, 0)
  const content = outer && element(certificate, outer.from)
  const algorithm = content && element(certificate, content.to)
  const name = algorithm && element(certificate, algorithm.from)
  const id = name && certificate.subarray(name.from, name.to).toString('hex')
  return hashes[id ?? ''] ?? 'sha256'
}

/** Where the content of the DER element lies that begins here. */
function element(bytes: Buffer, at: number): { from: number; to: number } | undefined {
  const first = bytes[at + 1]
  if (first === undefined) return undefined
  if (first < 0x80) return { from: at + 2, to: at + 2 + first }
  const count = first & 0x7f
  if (count < 1 || count > 4 || at + 2 + count > bytes.length) return undefined
  const from = at + 2 + count
  return { from, to: from + bytes.readUIntBE(at + 2, count) }
}
