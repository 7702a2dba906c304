import { once } from 'node:events'
import http from 'node:http'
import { processorMs, residentMb } from './children.ts'
import { AGENT_ID, type Site } from './site.ts'

const TIMEOUT_MS = 600_000
const SAMPLE_MS = 20
const PIECE = 1_000_000
const noise = new Uint8Array(PIECE)
for (let at = 0; at < PIECE; at += 65_536)
  crypto.getRandomValues(noise.subarray(at, Math.min(PIECE, at + 65_536)))

/** One way of moving a body that cannot be compressed; both resolve when all of it is there. */
export interface StreamRoute {
  readonly name: string
  down(bytes: number): Promise<void>
  up(bytes: number): Promise<void>
}

async function* body(bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= PIECE) yield noise.subarray(0, Math.min(PIECE, left))
}

async function swallow(pieces: AsyncIterable<Uint8Array>, wanted: number): Promise<void> {
  let size = 0
  for await (const piece of pieces) size += piece.length
  if (size !== wanted) throw new Error(`${size} bytes instead of ${wanted}`)
}

export function directStreams(name: string, url: string): StreamRoute {
  return {
    name,
    async down(bytes) {
      const [response] = (await once(http.get(`${url}/?bytes=${bytes}`), 'response')) as [
        http.IncomingMessage,
      ]
      await swallow(response, bytes)
    },
    async up(bytes) {
      const request = http.request(`${url}/?bytes=1`, { method: 'POST' })
      const answered = once(request, 'response') as Promise<[http.IncomingMessage]>
      for await (const piece of body(bytes)) if (!request.write(piece)) await once(request, 'drain')
      request.end()
      await swallow((await answered)[0], 1)
    },
  }
}

export function relayStreams({ relay, url }: Site): StreamRoute {
  const call = async (path: string, upload: AsyncIterable<Uint8Array> | undefined, wanted: number) => {
    const response = await relay.stream(AGENT_ID, {
      target: { name: 'sage', url },
      method: upload === undefined ? 'GET' : 'POST',
      path,
      headers: [],
      idempotency: 'repeatable',
      timeout: TIMEOUT_MS,
      ...(upload === undefined ? {} : { body: upload }),
    })
    await swallow(response.body as AsyncIterable<Uint8Array>, wanted)
  }
  return {
    name: 'relay',
    down: (bytes) => call(`/?bytes=${bytes}`, undefined, bytes),
    up: (bytes) => call('/?bytes=1', body(bytes), 1),
  }
}

export interface StreamRow {
  readonly way: string
  readonly direction: 'down' | 'up'
  readonly MB: number
  readonly 'MB/s': number
  /** Most resident memory above that before, in MB, and processor time per MB, in ms: agent, hub's side, broker. */
  readonly 'extra MB': string
  readonly 'ms per MB': string
}

/** Moves one body each way and watches the processes. */
export async function measureStreams(
  routes: readonly StreamRoute[],
  sizes: readonly number[],
  pids: readonly number[],
): Promise<StreamRow[]> {
  const rows: StreamRow[] = []
  for (const bytes of sizes) {
    for (const direction of ['down', 'up'] as const) {
      for (const route of routes) rows.push(await measureOne(route, direction, bytes, pids))
    }
  }
  return rows
}

async function measureOne(
  route: StreamRoute,
  direction: 'down' | 'up',
  bytes: number,
  pids: readonly number[],
): Promise<StreamRow> {
  const memory = () => Promise.all(pids.map(async (pid) => (await residentMb(pid)) ?? 0))
  const processor = () => Promise.all(pids.map(async (pid) => (await processorMs(pid)) ?? 0))
  const before = await memory()
  const worked = await processor()
  let most = before
  const sampling = setInterval(async () => {
    const now = await memory()
    most = most.map((value, index) => Math.max(value, now[index] ?? 0))
  }, SAMPLE_MS)
  const began = performance.now()
  await route[direction](bytes)
  const seconds = (performance.now() - began) / 1000
  clearInterval(sampling)
  const after = await processor()
  const megabytes = bytes / 1e6
  return {
    way: route.name,
    direction,
    MB: megabytes,
    'MB/s': Math.round((10 * megabytes) / seconds) / 10,
    'extra MB': most.map((value, index) => Math.round(value - (before[index] ?? 0))).join(' / '),
    'ms per MB': after
      .map((value, index) => Math.round((10 * (value - (worked[index] ?? 0))) / megabytes) / 10)
      .join(' / '),
  }
}
