import { once } from 'node:events'
import http from 'node:http'

/** One way of getting an answer of `bytes` bytes from the target. */
export interface Route {
  readonly name: string
  get(bytes: number): Promise<void>
  close(): void
}

export interface Run {
  readonly calls: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Requests over kept connections, as many as there are calls in flight. */
export function directRoute(name: string, url: string): Route {
  const agent = new http.Agent({ keepAlive: true })
  return {
    name,
    async get(bytes) {
      const request = http.get(`${url}/?bytes=${bytes}`, { agent })
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      let size = 0
      for await (const chunk of response) size += chunk.length
      if (response.statusCode !== 200 || size !== bytes)
        throw new Error(`${name}: ${response.statusCode} with ${size} bytes`)
    },
    close: () => agent.destroy(),
  }
}

/** On a busy machine there are fewer calls, so that the whole does not take hours. */
const LONGEST_MS = 10_000

/** So many calls, or as many as there is time for, with never more than `inFlight` of them under way. */
export async function measure(route: Route, calls: number, inFlight: number, bytes: number): Promise<Run> {
  const times: number[] = []
  let left = calls
  const began = performance.now()
  const worker = async () => {
    while (left > 0 && performance.now() - began < LONGEST_MS) {
      left -= 1
      const from = performance.now()
      await route.get(bytes)
      times.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  const seconds = (performance.now() - began) / 1000
  times.sort((a, b) => a - b)
  const quantile = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { calls: times.length, perSecond: times.length / seconds, p50: quantile(0.5), p99: quantile(0.99) }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** Each figure's own median. */
export function medianRun(runs: readonly Run[]): Run {
  return {
    calls: median(runs.map(({ calls }) => calls)),
    perSecond: median(runs.map(({ perSecond }) => perSecond)),
    p50: median(runs.map(({ p50 }) => p50)),
    p99: median(runs.map(({ p99 }) => p99)),
  }
}
