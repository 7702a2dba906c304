import { dice, pause } from '../random.ts'
import type { CallerMessage } from './caller.ts'
import { type RelaySite, startRelaySite } from './site.ts'

export interface FaultsOptions {
  readonly seed: number
  readonly seconds: number
  readonly report: (line: string) => void
}

export interface FaultsResult {
  readonly calls: number
  /** Of those, with bodies of 1 to 20 MB. */
  readonly large: { readonly calls: number; readonly answered: number }
  /** How calls ended, by code; `caller-killed` never heard of it. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  /** Calls whose caller lives and was told nothing. */
  readonly unanswered: readonly string[]
  /** Calls that must not be repeated and were executed more than once. */
  readonly twice: readonly string[]
  /** Answered, though the target has not executed them. */
  readonly invented: readonly string[]
  /** Bodies that arrived as others than they were sent, at the target or at the caller. */
  readonly damaged: readonly string[]
  /** Errors that are not in the catalogue. */
  readonly stray: readonly string[]
  /** Programs that ended by themselves. */
  readonly died: readonly string[]
  readonly left: Readonly<Record<string, number>>
  /** MB after collecting the garbage, through the run: first, then, …, last. */
  readonly heaps: Readonly<Record<'agent-2' | 'caller-2', readonly number[]>>
  readonly resident: readonly Readonly<Record<string, number | undefined>>[]
}

/** Until the first hundred calls are answered, and another hundred after the last fault, on a slow machine. */
const START_SECONDS = 240
/** Longer than the longest call takes. */
const DRAIN_SECONDS = 75
/** Replies to callers that were killed stay until their time is over. */
const EMPTY_SECONDS = 90
const SAMPLES = 6

interface Call {
  readonly caller: number
  readonly once: boolean
  readonly large: boolean
  outcome: string | undefined
}

/** Calls without a pause while everything is killed, frozen, cut and delayed; then counts. */
export async function relayUnderFaults({ seed, seconds, report }: FaultsOptions): Promise<FaultsResult> {
  const calls = new Map<string, Call>()
  const living = new Set<number>()
  const counts: Record<string, number> = {}
  const resident: Readonly<Record<string, number | undefined>>[] = []
  const heaps = { 'agent-2': [] as number[], 'caller-2': [] as number[] }
  const site = await startRelaySite(seed, onMessage)
  try {
    await untilAnswered(100)
    const began = Date.now()
    let nextSample = 0
    const roll = dice(seed * 31 + 3)
    while (Date.now() - began < seconds * 1000) {
      if (Date.now() - began >= nextSample) {
        await sample()
        nextSample += (seconds * 1000) / SAMPLES
      }
      await oneFault(site)
      await pause(roll.between(300, 2500))
    }
    await untilAnswered(calls.size === 0 ? 100 : answered() + 100)
    await sample()
    const silent = await site.drain(DRAIN_SECONDS)
    for (const part of silent) report(`${part} still waits for something`)
    const left = await untilEmpty(site)
    return { ...judge(site), faults: counts, left, heaps, resident }

    async function oneFault({ ways }: RelaySite): Promise<void> {
      const fault = roll.pick([
        [18, 'kill agent-1'],
        [14, 'kill caller-1'],
        [9, 'kill broker'],
        [6, 'kill hub'],
        [5, 'freeze agent-1'],
        [5, 'freeze agent-2'],
        [4, 'freeze caller-2'],
        [3, 'freeze broker'],
        [18, 'cut'],
        [8, 'swallow'],
        [10, 'delay'],
      ] as const)
      counts[fault] = (counts[fault] ?? 0) + 1
      const way = ways[roll.pick(Object.keys(ways).map((name) => [1, name as keyof typeof ways] as const))]
      const ms = roll.between(300, 4000)
      report(
        `${fault} (${Object.keys(ways).find((name) => ways[name as keyof typeof ways] === way)}, ${ms} ms)`,
      )
      const [verb, part] = fault.split(' ')
      if (verb === 'kill') await site.kill(part as 'agent-1')
      else if (verb === 'freeze') await site.freeze(part as 'agent-1', ms)
      else if (verb === 'cut') way.cut()
      else if (verb === 'swallow') {
        way.swallow(true)
        await pause(ms)
        way.swallow(false)
      } else {
        way.delay(roll.between(20, 400))
        await pause(ms)
        way.delay(0)
      }
    }
  } finally {
    await site.close()
  }

  function onMessage(caller: number, message: CallerMessage): void {
    living.add(caller)
    if (message.kind === 'begun') {
      const { once, large } = message
      calls.set(message.id, { caller, once, large, outcome: undefined })
    } else if (message.kind === 'ended') {
      const call = calls.get(message.id)
      if (call !== undefined) call.outcome = message.outcome
    }
  }

  function answered(): number {
    return [...calls.values()].filter(({ outcome }) => outcome === 'answered').length
  }

  async function untilAnswered(count: number): Promise<void> {
    for (const giveUpAt = Date.now() + START_SECONDS * 1000; answered() < count; await pause(100)) {
      if (Date.now() > giveUpAt) throw new Error(`only ${answered()} of ${count} calls were answered`)
    }
  }

  async function sample(): Promise<void> {
    const heap = await site.heaps()
    for (const part of ['agent-2', 'caller-2'] as const) heaps[part].push(heap[part])
    const sizes = await site.resident()
    resident.push(sizes)
    report(
      `${calls.size} calls, ${answered()} answered; heaps ${JSON.stringify(heap)}, RSS ${JSON.stringify(sizes)}`,
    )
  }

  function judge({ target, died }: RelaySite) {
    const outcomes: Record<string, number> = {}
    const last = Math.max(...living)
    const unanswered: string[] = []
    const invented: string[] = []
    const damaged = [...target.damaged]
    const stray: string[] = []
    for (const [id, { caller, outcome }] of calls) {
      // The second caller is never killed, of the first the last incarnation lives.
      const lives = caller === 2 || caller === last
      const end = outcome ?? (lives ? 'unanswered' : 'caller-killed')
      outcomes[end] = (outcomes[end] ?? 0) + 1
      if (end === 'unanswered') unanswered.push(id)
      if (end === 'damaged') damaged.push(id)
      if (end.startsWith('stray')) stray.push(`${id}: ${end}`)
      if (end === 'answered' && !target.ledger.has(id)) invented.push(id)
    }
    const twice = Array.from(target.ledger)
      .filter(([id, count]) => count > 1 && calls.get(id)?.once !== false)
      .map(([id, count]) => `${id}: ${count}`)
    const streamed = [...calls.values()].filter(({ large }) => large)
    const large = {
      calls: streamed.length,
      answered: streamed.filter(({ outcome }) => outcome === 'answered').length,
    }
    return {
      calls: calls.size,
      large,
      died: [...died],
      outcomes,
      unanswered,
      invented,
      damaged,
      stray,
      twice,
    }
  }
}

async function untilEmpty(site: RelaySite): Promise<Readonly<Record<string, number>>> {
  for (const giveUpAt = Date.now() + EMPTY_SECONDS * 1000; ; await pause(500)) {
    const left = await site.left()
    if (Object.keys(left).length === 0 || Date.now() > giveUpAt) return left
  }
}
