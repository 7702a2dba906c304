import { dice, pause } from './random.ts'
import { type ChaosAgent, type ChaosSite, type LedgerEntry, startChaosSite } from './site.ts'

export interface ChaosOptions {
  readonly seed: number
  /** How many times a process is killed or frozen. */
  readonly kills: number
  readonly report: (line: string) => void
}

export interface ChaosResult {
  readonly accepted: number
  readonly inSage: number
  readonly kills: Readonly<Record<string, number>>
  /** Accepted and not in Sage, with the number that is missing. */
  readonly missing: readonly string[]
  /** In Sage more often than accepted. */
  readonly twice: readonly string[]
  /** Pairs of one person's bookings that Sage got in the wrong order. */
  readonly outOfOrder: readonly string[]
  /** Bookings made in Sage, and how many of all imported ones there are. */
  readonly own: number
  readonly imported: number
}

interface Sent {
  readonly id: string
  readonly externalToken: string
  readonly type: 'come' | 'go'
  readonly time: string
  readonly placeOfWorkId?: number
}

const people = ['3_4', '1_1', '1_3', ...Array.from({ length: 5 }, (_, index) => `1_${10 + index}`)]
/** Milliseconds before now at which the bookings begin; Sage takes none of the future. */
const BACK_MS = 60 * 86_400_000
/** Milliseconds within which Sage must get another booking after a kill, or the next kill comes anyway. */
const PATIENCE_MS = 5_000
const END_PATIENCE_MS = 400_000

/** What goes wrong at Sage by itself, besides the kills; a delay after the commit is a wide open door for a kill. */
const faults = [
  { kind: 'delay', afterCommit: true, ms: 250, probability: 0.25 },
  { kind: 'drop', afterCommit: true, probability: 0.06 },
  { kind: 'drop', probability: 0.03 },
  { kind: 'html-page', status: 200, afterCommit: true, probability: 0.02 },
  { kind: 'login-redirect', afterCommit: true, probability: 0.02 },
  { kind: 'unavailable', afterCommit: true, probability: 0.02 },
  { kind: 'unavailable', probability: 0.02 },
  { kind: 'truncated-json', probability: 0.02 },
  { kind: 'session-expired', probability: 0.02 },
].map((rule) => ({ ...rule, path: 'Time/TimeEvents', method: 'POST' }))

/**
 * Sends bookings and runs the jobs without a pause while processes are killed and frozen at moments that the seed
 * decides, then compares Sage with what was accepted.
 */
export async function bookingsUnderChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, report } = options
  const site = await startChaosSite(seed)
  const accepted: Sent[] = []
  const counts: Record<string, number> = {}
  let own = 0
  let over = false
  try {
    const tokens = await activePeople(site)
    await site.setFaults(faults)
    const sender = sendBookings(tokens)
    const runner = startRuns()
    await destroy(tokens)
    over = true
    await Promise.all([sender, runner])
    await site.setFaults([])
    await settle()
    const imported = await importAll()
    const ledger = await site.ledger()
    return { kills: counts, own, imported, ...compare(accepted, ledger) }
  } finally {
    over = true
    await site.close()
  }

  /** Keeps sending; a call without an answer is sent again until it has one. */
  async function sendBookings(tokens: readonly string[]): Promise<void> {
    const roll = dice(seed * 31 + 1)
    const start = Math.floor(Date.now() / 1000) * 1000 - BACK_MS
    const next = new Map(tokens.map((token) => [token, { at: start, come: true }]))
    for (let call = 0; !over; call++) {
      const items: Sent[] = []
      for (let index = roll.between(1, 4); index > 0; index--) {
        const externalToken = tokens[roll.between(0, tokens.length - 1)] ?? ''
        const state = next.get(externalToken)
        if (state === undefined) throw new Error(`no such person: ${externalToken}`)
        const item: Sent = {
          id: `b${call}-${index}`,
          externalToken,
          type: state.come ? 'come' : 'go',
          time: new Date(state.at).toISOString(),
          ...(roll.next() < 0.3 ? { placeOfWorkId: roll.between(1, 2) } : {}),
        }
        items.push(item)
        // Two that look the same are two.
        if (roll.next() < 0.05) items.push({ ...item, id: `${item.id}-again` })
        state.at += roll.between(1, 3600) * 1000
        state.come = !state.come
      }
      accepted.push(...(await sendUntilAnswered(items)))
      await pause(roll.between(100, 700))
    }
  }

  async function sendUntilAnswered(items: readonly Sent[]): Promise<readonly Sent[]> {
    for (;;) {
      const answer = await site.tenant.api('POST', '/bookings', { items }).catch(() => undefined)
      if (answer?.status === 200) {
        const wrong = answer.body.items.filter((item: { error?: unknown }) => item.error !== undefined)
        if (wrong.length > 0) throw new Error(`not accepted: ${JSON.stringify(wrong)}`)
        return items
      }
      await pause(100)
    }
  }

  async function startRuns(): Promise<void> {
    const roll = dice(seed * 31 + 2)
    while (!over) {
      const job = roll.next() < 0.1 ? 'SysSageImportBuchungen' : 'SysSageExportBuchungen'
      await site.tenant.api('POST', `/jobs/${job}/runs`).catch(() => undefined)
      await pause(300)
    }
  }

  async function destroy(tokens: readonly string[]): Promise<void> {
    const roll = dice(seed * 31 + 3)
    for (let kill = 1; kill <= options.kills; kill++) {
      await progress()
      await pause(roll.between(0, 700))
      const act = roll.pick([
        [34, 'kill sage'],
        [15, 'kill agent-1'],
        [15, 'kill agent-2'],
        [14, 'kill broker'],
        [9, 'kill hub'],
        [3, 'freeze agent-1'],
        [2, 'freeze agent-2'],
        [4, 'freeze broker'],
        [4, 'freeze hub'],
      ] as const)
      const ms = roll.between(500, 5_000)
      counts[act] = (counts[act] ?? 0) + 1
      const [verb, victim] = act.split(' ') as ['kill' | 'freeze', 'hub' | 'broker' | ChaosAgent]
      if (verb === 'kill') await site.kill(victim)
      else await site.freeze(victim, ms)
      if (roll.next() < 0.2) await addOwn(tokens[roll.between(0, tokens.length - 1)] ?? '', kill)
      if (kill % 10 === 0) {
        report(
          `${kill} of ${options.kills}: ${accepted.length} accepted, ${(await site.ledger()).length} in Sage`,
        )
      }
    }
  }

  /** Waits until Sage got one more booking: a kill is worth nothing while everything stands still. */
  async function progress(): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS
    const before = (await site.ledger()).length
    while (Date.now() < giveUpAt && (await site.ledger()).length === before) await pause(20)
  }

  /** Somebody books at a terminal of Sage's own. */
  async function addOwn(externalToken: string, number: number): Promise<void> {
    const [MdNr, AnNr] = externalToken.split('_').map(Number)
    const Time = new Date(Date.now() - number * 60_000).toISOString().slice(0, 19)
    await site.addOwn({ MdNr, AnNr, Time, Type: 'Come', Source: 'Terminal' })
    own += 1
  }

  /** Lets the jobs finish what is left, without further trouble. */
  async function settle(): Promise<void> {
    for (const giveUpAt = Date.now() + END_PATIENCE_MS; ; ) {
      await site.tenant.api('POST', '/jobs/SysSageExportBuchungen/runs').catch(() => undefined)
      const left = await site.tenant.api('GET', '/bookings?state=pending&limit=1').catch(() => undefined)
      if (left?.status === 200 && left.body.items.length === 0) return
      if (Date.now() > giveUpAt) throw new Error(`still pending: ${JSON.stringify(left?.body)}`)
      await pause(500)
    }
  }

  async function importAll(): Promise<number> {
    const job = 'SysSageImportBuchungen'
    for (const giveUpAt = Date.now() + END_PATIENCE_MS; Date.now() < giveUpAt; await pause(500)) {
      const started = await site.tenant.api('POST', `/jobs/${job}/runs`)
      if (started.status !== 202) continue
      for (;;) {
        const run = await site.tenant.api('GET', `/jobs/${job}/runs/${started.body.id}`)
        if (run.body.state === 'succeeded') {
          const found = await site.tenant.api('GET', '/bookings?state=imported&limit=500')
          return found.body.items.length
        }
        if (run.body.state === 'failed' || run.body.state === 'stopped') break
        await pause(200)
      }
    }
    throw new Error('the import did not succeed')
  }
}

async function activePeople(site: ChaosSite): Promise<readonly string[]> {
  const { body } = await site.tenant.api('GET', '/people?limit=500')
  const active = new Set(
    body.items
      .filter((person: { active: boolean }) => person.active)
      .map((person: { externalToken: string }) => person.externalToken),
  )
  return people.filter((token) => active.has(token))
}

const berlin = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Berlin',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** A booking as Sage shows it. */
function expectedKey({ externalToken, time, type, placeOfWorkId }: Sent): string {
  const wall = berlin.format(Date.parse(time)).replace(' ', 'T')
  return `${externalToken} ${wall} ${type === 'come' ? 'Come' : 'Go'} ${placeOfWorkId ?? '-'}`
}

function foundKey({ MdNr, AnNr, Time, Type, PlaceOfWorkId }: LedgerEntry): string {
  return `${MdNr}_${AnNr} ${Time} ${Type} ${PlaceOfWorkId ?? '-'}`
}

/** Counts what is in Sage against what was accepted. */
function compare(accepted: readonly Sent[], ledger: readonly LedgerEntry[]) {
  const sent = ledger.filter(({ Source }) => Source === 'Api')
  const expected = tally(accepted.map(expectedKey))
  const found = tally(sent.map(foundKey))
  const more = (a: Map<string, number>, b: Map<string, number>) =>
    Array.from(a)
      .filter(([key, count]) => count > (b.get(key) ?? 0))
      .map(([key, count]) => `${key}: ${count - (b.get(key) ?? 0)}`)
  const instants = new Map(accepted.map((one) => [expectedKey(one), Date.parse(one.time)]))
  const outOfOrder: string[] = []
  for (const entries of Map.groupBy(sent, ({ MdNr, AnNr }) => `${MdNr}_${AnNr}`).values()) {
    const keys = entries.map(foundKey)
    for (const [index, key] of keys.entries()) {
      const before = keys[index - 1]
      if (before === undefined) continue
      if ((instants.get(before) ?? 0) > (instants.get(key) ?? 0)) outOfOrder.push(`${before} before ${key}`)
    }
  }
  return {
    accepted: accepted.length,
    inSage: sent.length,
    missing: more(expected, found),
    twice: more(found, expected),
    outOfOrder,
  }
}

function tally(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}
