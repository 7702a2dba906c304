import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isStegError } from '../../shared/errors/error.ts'
import { CallHead, RequestHead } from '../../shared/wire/call.ts'
import { decodeFrame, encodeFrame, MAX_FRAME_BYTES, packBody, unpackBody } from '../../shared/wire/frame.ts'

const Head = z.object({ a: z.string() })

describe('frames', () => {
  it('carry head and body unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.oneof(
          fc.uint8Array({ maxLength: 5000 }),
          fc.nat(40_000).map((size) => new Uint8Array(size)),
        ),
        async (a, body) => {
          const packed = await packBody(body)
          const frame = encodeFrame({ a }, packed?.bytes, 'request')
          const decoded = decodeFrame(Head, frame)
          expect(decoded.head.a).toBe(a)
          expect(
            Buffer.from(await unpackBody(packed?.info ?? null, decoded.body)).equals(Buffer.from(body)),
          ).toBe(true)
        },
      ),
    )
  })

  it('are refused when they are anything else, with a code and never with a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeFrame(Head, bytes)
        } catch (error) {
          expect(isStegError(error, 'message-invalid')).toBe(true)
        }
      }),
    )
  })

  it('compress what is worth it', async () => {
    const packed = await packBody(Buffer.from('Müller '.repeat(10_000)))
    expect(packed?.info.encoding).toBe('deflate-raw')
    expect(packed?.bytes.length).toBeLessThan(2000)
  })

  it('notice a body that was cut, altered or unfolds into more than announced', async () => {
    const packed = await packBody(Buffer.from('x'.repeat(50_000)))
    if (packed === null) throw new Error('no body')
    for (const [info, bytes] of [
      [packed.info, packed.bytes.subarray(0, packed.bytes.length - 3)],
      [{ ...packed.info, size: 49_999 }, packed.bytes],
      [{ ...packed.info, encoding: 'identity' as const }, packed.bytes],
      [{ ...packed.info, sha256: 'x'.repeat(43) }, packed.bytes],
      [{ ...packed.info, size: 1e9 }, packed.bytes],
    ] as const) {
      await expect(unpackBody(info, bytes)).rejects.toMatchObject({ code: 'message-invalid' })
    }
  })

  it('that do not fit into one message are refused with the figures', () => {
    const body = new Uint8Array(MAX_FRAME_BYTES)
    expect(() => encodeFrame({ a: '' }, body, 'response')).toThrow(/response takes [\d,]+ bytes/)
    expect(() => encodeFrame({ a: '' }, body.subarray(100), 'response')).not.toThrow()
  })
})

describe('head of a call', () => {
  const call = {
    v: 2,
    form: 'http',
    id: 'x',
    deadline: 1,
    target: { name: 'sage', url: 'http://localhost/hrportalapi' },
    method: 'GET',
    path: '/Employee/Employees?options[Skip]=0',
    headers: [['accept', 'application/json']],
    idempotency: 'repeatable',
    body: null,
  }

  it.each([
    ['as it should be', {}, true],
    ['a path to another host', { path: '//evil/x' }, false],
    ['an absolute address', { path: 'http://evil/' }, false],
    ['a backslash', { path: '/a\\b' }, false],
    ['a line break in a header', { headers: [['a', 'b\r\nc: d']] }, false],
    ['a header name with a space', { headers: [['a b', 'c']] }, false],
    ['an unknown method', { method: 'TRACE' }, false],
    ['a target that is no web address', { target: { name: 'sage', url: 'file:///etc/passwd' } }, false],
    ['a newer version', { v: 3 }, false],
    ['an older version', { v: 1 }, false],
    ['no form', { form: undefined }, false],
    ['a stream without credit', { form: 'stream' }, false],
    ['a stream', { form: 'stream', credit: 8 }, true],
    ['a sign-in of a kind that is not known', { auth: { kind: 'digest', login: 'a', password: 'b' } }, false],
    ['a sign-in', { auth: { kind: 'ntlm', login: 'a', password: 'b' } }, true],
  ])('%s', (_, change, fine) => {
    expect(CallHead.safeParse({ ...call, ...change }).success).toBe(fine)
    expect(RequestHead.safeParse({ ...call, ...change }).success).toBe(fine)
  })

  it('is understood far enough to be refused when its form is not known', () => {
    const watch = { v: 2, form: 'watch', id: 'x', deadline: 1, idempotency: 'repeatable', folder: 'f' }
    expect(CallHead.safeParse(watch).success).toBe(false)
    expect(RequestHead.safeParse(watch)).toMatchObject({ success: true, data: { form: 'watch', id: 'x' } })
  })
})
