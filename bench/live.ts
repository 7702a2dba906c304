import { once } from 'node:events'
import http from 'node:http'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Api } from '../test/system/tenant.ts'
import { startHubs } from './live/hubs.ts'

const JOB = 'SysSageSyncPersonen'
const CHANGES = 40
/** Milliseconds between two changes: more than streams rest between two looks. */
const APART = 400
const QUIET_SECONDS = 60

interface Ear {
  /** Told of each piece that arrives. */
  onText: (text: string) => void
  close(): void
}

/** What a browser's EventSource does, without a browser. */
async function listen(url: string, token: string, topics = 'jobs'): Promise<Ear> {
  const request = http.get(`${url}/api/v1/live?topics=${topics}`, {
    agent: false,
    headers: { authorization: `Bearer ${token}` },
  })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`live: ${response.statusCode}`)
  const ear: Ear = { onText: () => undefined, close: () => request.destroy() }
  const first = Promise.withResolvers<void>()
  response.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('event: ')) first.resolve()
    ear.onText(text)
  })
  response.on('error', () => undefined)
  await first.promise
  return ear
}

/** Milliseconds from before the change was asked for until each stream has told it. */
async function measure(ears: readonly Ear[], api: Api): Promise<number[]> {
  const times: number[] = []
  for (let change = 0; change < CHANGES; change++) {
    const mark = `mark ${change} ${Math.random()}`
    let left = ears.length
    const all = Promise.withResolvers<void>()
    const began = performance.now()
    for (const ear of ears) {
      ear.onText = (text) => {
        if (!text.includes(mark)) return
        times.push(performance.now() - began)
        left -= 1
        if (left === 0) all.resolve()
      }
    }
    const { status } = await api('PATCH', `/jobs/${JOB}`, { warningMessage: mark })
    if (status !== 200) throw new Error(`edit: ${status}`)
    await Promise.race([
      all.promise,
      pause(20_000).then(() => Promise.reject(new Error(`${left} heard nothing`))),
    ])
    await pause(APART * (1 + Math.random()))
  }
  return times.sort((a, b) => a - b)
}

/** How soon a change reaches browsers, on the same hub instance and through another, and what streams cost. */
export async function benchLive(): Promise<void> {
  const site = await startHubs(2)
  const [here, there] = site.hubs
  const [apiHere, apiThere] = site.apis
  if (!here || !there || !apiHere || !apiThere) throw new Error('two hubs')
  try {
    const rows: object[] = []
    for (const streams of [1, 200]) {
      const ears = await Promise.all(Array.from({ length: streams }, () => listen(here.url, site.token)))
      // What another instance remembers of who listens is over.
      await pause(3_000)
      for (const [name, api, by] of [
        ['the same', apiHere, here],
        ['another', apiThere, there],
      ] as const) {
        const before = await by.counts()
        const processor = await here.processor()
        const times = await measure(ears, api)
        const after = await by.counts()
        const quantile = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0)
        rows.push({
          streams,
          'changed by': name,
          p50: quantile(0.5),
          p95: quantile(0.95),
          worst: quantile(1),
          'processor of the hub with the streams per change, ms':
            Math.round((10 * ((await here.processor()) - processor)) / CHANGES) / 10,
          'messages per change': Math.round((100 * (after.messages - before.messages)) / CHANGES) / 100,
        })
      }
      for (const ear of ears) ear.close()
    }
    console.log(
      `\nLive: from a change to the stream, ms; wanted: p95 below 150. Load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`,
    )
    console.table(rows)
    await pause(12_000)
    const many = await Promise.all(
      Array.from({ length: 1_000 }, () => listen(here.url, site.token, 'agents,jobs,bookings,setup')),
    )
    await pause(5_000)
    const before = [await here.counts(), await there.counts()] as const
    await pause(QUIET_SECONDS * 1_000)
    const after = [await here.counts(), await there.counts()] as const
    console.table([
      {
        streams: many.length,
        'quiet seconds': QUIET_SECONDS,
        transactions: after[0].transactions - before[0].transactions,
        'of an instance without streams': after[1].transactions - before[1].transactions,
        messages: after[0].messages - before[0].messages + after[1].messages - before[1].messages,
      },
    ])
    for (const ear of many) ear.close()
  } finally {
    await site.close()
  }
}
