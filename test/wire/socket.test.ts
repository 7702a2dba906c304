import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { AmqpSocket, gatherWrites, noMask } from '../../shared/wire/socket.ts'

describe('writes within one turn', () => {
  it.each([
    ['written together', queueMicrotask],
    ['of one turn', setImmediate],
  ])('go out in their order, whatever their sizes, and small ones %s', async (_, plan) => {
    const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 16_000, max: 17_000 }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(size, { maxLength: 8 }), { maxLength: 5 }), async (turns) => {
        const sent: Uint8Array[] = []
        const out = gatherWrites((bytes) => sent.push(bytes), plan)
        const written: Buffer[] = []
        for (const sizes of turns) {
          const before = sent.length
          for (const length of sizes) {
            const piece = Buffer.alloc(length, written.length + 1)
            written.push(piece)
            out.write(piece)
          }
          await turn()
          const large = sizes.filter((length) => length >= 16 * 1024).length
          expect(sent.length - before).toBeLessThanOrEqual(2 * large + 1)
        }
        expect(Buffer.concat(sent).equals(Buffer.concat(written))).toBe(true)
      }),
    )
  })
})

describe('a socket for the Service Bus client', () => {
  it.each([
    ['masked', {}],
    ['not masked', { generateMask: noMask }],
  ])('carries bytes both ways, %s, and sends what was written before it closes', async (_, options) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const socket = new AmqpSocket(new WebSocket(`ws://127.0.0.1:${port}`, [], options))
    // What it is for: rhea copies everything for sockets that have one.
    expect('binaryType' in socket).toBe(false)
    expect(() => socket.send(Buffer.from('too early'))).toThrow()
    const opened = new Promise<void>((resolve) => {
      socket.onopen = () => resolve()
    })
    const closed = new Promise<void>((resolve) => {
      socket.onclose = () => resolve()
    })
    const answered = new Promise<Buffer>((resolve) => {
      socket.onmessage = ({ data }) => resolve(data)
    })
    const [peer] = (await once(server, 'connection')) as [WebSocket]
    const received: Buffer[] = []
    peer.on('message', (data) => received.push(data as Buffer))
    await opened
    peer.send(Buffer.from('hello'))
    expect(Buffer.isBuffer(await answered)).toBe(true)
    expect((await answered).toString()).toBe('hello')
    const large = Buffer.alloc(100_000, 7)
    socket.send(Buffer.from('a'))
    socket.send(large)
    socket.send(Buffer.from('b'))
    const gone = once(peer, 'close')
    socket.close()
    await Promise.all([gone, closed])
    expect(Buffer.concat(received).equals(Buffer.concat([Buffer.from('a'), large, Buffer.from('b')]))).toBe(
      true,
    )
    server.close()
  })

  it('says what is wrong when there is no connection', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const socket = new AmqpSocket(new WebSocket(`ws://127.0.0.1:${port}`))
    const error = await new Promise<{ message: string }>((resolve) => {
      socket.onerror = resolve
    })
    expect(error.message).toContain('ECONNREFUSED')
  })
})
