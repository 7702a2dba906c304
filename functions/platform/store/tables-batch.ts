/** The etags that conditional deletes of a batch expect, by position, found by the abort signal of its request. */
export type DeleteEtags = WeakMap<object, ReadonlyMap<number, string>>

/**
 * Mends the multipart body of a batch before it is sent: the client has no way to give a delete in a batch an etag and
 * writes `If-Match: *`. Line separators (U+2028, U+2029) are escaped because emulators take them for line ends.
 * Throws when the body has another form than expected: a conditional delete must never become an unconditional one.
 */
export function rewriteBatch(body: string, etags: ReadonlyMap<number, string>): string {
  const escaped = body.replace(/[\u2028\u2029]/g, (character) =>
    character === '\u2028' ? '\\u2028' : '\\u2029',
  )
  if (etags.size === 0) return escaped
  const boundary = /boundary=(changeset_[0-9a-f-]+)/i.exec(escaped)?.[1]
  if (boundary === undefined) throw new Error('The batch has no changeset')
  const parts = escaped.split(`--${boundary}`)
  for (const [index, etag] of etags) {
    // The text before the first boundary is no write.
    const part = parts[index + 1] ?? ''
    const mended = part.replace(/^if-match: \*(?=\r?$)/im, () => `If-Match: ${etag}`)
    if (!/^DELETE /m.test(part) || mended === part)
      throw new Error(`Write ${index} of the batch is no delete`)
    parts[index + 1] = mended
  }
  return parts.join(`--${boundary}`)
}

/**
 * The same JSON without a character beyond ASCII. Azurite decodes a request piece by piece and breaks characters that
 * two pieces share; it is the one storage that is reached without encryption.
 */
export function asciiJson(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
