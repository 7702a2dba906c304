import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { startTestPlatform, temporaryFolder } from '../test/system/platform.ts'
import {
  apiOf,
  createTenant,
  enrol,
  PASSWORD,
  runAgent,
  runJob,
  sageVariables,
  setVariables,
  startSage,
} from '../test/system/tenant.ts'

const BOOKINGS = 1_000
const PEOPLE = 50
const SINGLES = 10
const DAYS = 30
const BOOKINGS_A_DAY = 4
const RUNS_A_MONTH = DAYS * 24 * 60
/** Memory of an instance, and how long it is billed at least for each execution. */
const GIGABYTES = 2
const LEAST_SECONDS = 1

interface Usage {
  readonly seconds: number
  readonly messages: number
  readonly transactions: number
}

/**
 * Bookings through the whole chain, next to a plain loop that posts to the simulator; what they take of broker and store;
 * and what that costs a tenant of 50 people with 4 bookings a day, exported every minute. Prices: prices.json.
 */
export async function benchBookings(): Promise<void> {
  const folder = await temporaryFolder()
  const platform = await startTestPlatform(folder.path)
  const sage = await startSage(3 * PEOPLE)
  const tenant = await createTenant(platform)
  await setVariables(tenant.api, sageVariables(sage.url))
  const agent = await runAgent(await enrol(platform, tenant))
  const operator = apiOf(platform.url, platform.operatorToken)
  const tokens = sage.control
    .people()
    .filter(({ Active }) => Active)
    .slice(0, PEOPLE)
    .map(({ EmployeeKey }) => EmployeeKey.CombinedKey)
  let made = 0

  function newBooking() {
    const number = made++
    return {
      id: `bench-${number}`,
      externalToken: tokens[number % tokens.length] ?? '',
      type: Math.floor(number / tokens.length) % 2 === 0 ? 'come' : 'go',
      time: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
    }
  }

  async function use(work: () => Promise<void>): Promise<Usage> {
    const before = (await operator('GET', '/metrics')).body
    const start = performance.now()
    await work()
    const seconds = (performance.now() - start) / 1000
    const after = (await operator('GET', '/metrics')).body
    const messages = ({ sent, replies }: { sent: number; replies: number }) => sent + replies
    return {
      seconds,
      messages: messages(after.bus) - messages(before.bus),
      transactions: after.store.transactions - before.store.transactions,
    }
  }

  async function accept(count: number): Promise<void> {
    const items = Array.from({ length: count }, newBooking)
    const { status, body } = await tenant.api('POST', '/bookings', { items })
    if (status !== 200) throw new Error(JSON.stringify(body))
  }

  async function exportAll(): Promise<void> {
    const result = await runJob(tenant.api, 'SysSageExportBuchungen', 300)
    if (result.state !== 'succeeded') throw new Error(result.message)
  }

  try {
    const synchronised = await runJob(tenant.api)
    if (synchronised.state !== 'succeeded') throw new Error(synchronised.message)
    // A schedule in between would be counted.
    await tenant.api('PATCH', '/jobs/SysSageExportBuchungen', { schedule: null })

    const accepted = await use(() => accept(BOOKINGS))
    const exported = await use(exportAll)
    const latencies: number[] = []
    const single = await use(async () => {
      for (let round = 0; round < SINGLES; round++) {
        await accept(1)
        const there = sage.control.ledger().length + 1
        const start = performance.now()
        const run = exportAll()
        while (sage.control.ledger().length < there) await pause(1)
        latencies.push(performance.now() - start)
        await run
      }
    })
    latencies.sort((a, b) => a - b)
    const idle = await use(async () => {
      for (let round = 0; round < SINGLES; round++) await exportAll()
    })
    const direct = await postDirectly(sage.url, tokens)

    const rate = (seconds: number) => Math.round(BOOKINGS / seconds)
    console.log(`\nBookings: ${BOOKINGS} of ${PEOPLE} people through API, store, broker and agent into Sage`)
    console.table([
      { step: 'accepted by the API', 'bookings/s': rate(accepted.seconds), ...taken(accepted) },
      { step: 'exported to Sage', 'bookings/s': rate(exported.seconds), ...taken(exported) },
      { step: 'a plain loop straight to Sage', 'bookings/s': rate(direct) },
    ])
    console.log(
      `The plain loop takes ${direct.toFixed(2)} s, the export ${(exported.seconds / direct).toFixed(1)}×. Each booking alone, a run for each: ${(single.messages / SINGLES).toFixed(1)} messages, ${(single.transactions / SINGLES).toFixed(1)} transactions; a run with nothing to do: ${(idle.messages / SINGLES).toFixed(1)} and ${(idle.transactions / SINGLES).toFixed(1)}`,
    )
    console.log(
      `From acceptance until it is in Sage, when the run starts at once: ${latencies[Math.floor(SINGLES / 2)]?.toFixed(0)} ms (median), ${latencies.at(-1)?.toFixed(0)} ms (slowest of ${SINGLES}); a schedule adds up to a minute`,
    )
    console.log(
      'At most, as if a run started every minute; a schedule moves on without one when there is nothing to export:',
    )
    console.table(costs(single, idle))
  } finally {
    await agent.end('SIGTERM')
    await platform.program.end('SIGTERM')
    await sage.close()
    await folder.remove()
  }
}

const taken = ({ messages, transactions }: Usage) => ({ messages, 'storage transactions': transactions })

/** What a program on site would do: sign in and send one after the other. */
async function postDirectly(url: string, tokens: readonly string[]): Promise<number> {
  const json = { 'content-type': 'application/json' }
  const start = performance.now()
  const signIn = await fetch(`${url}/Authorization`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ Username: 'StegConnector', Password: PASSWORD, NtAuthorization: false }),
  })
  const cookie = signIn.headers.getSetCookie().map((line) => line.split(';')[0])[0] ?? ''
  await fetch(`${url}/Security/Calculate`, { method: 'POST', headers: { cookie } })
  for (let number = 0; number < BOOKINGS; number++) {
    const [MdNr, AnNr] = (tokens[number % tokens.length] ?? '').split('_').map(Number)
    const Time = new Date(Date.UTC(2025, 0, 1) + number * 60_000).toISOString().slice(0, 19)
    const answer = await fetch(`${url}/Time/TimeEvents`, {
      method: 'POST',
      headers: { ...json, cookie },
      body: JSON.stringify({ MdNr, AnNr, Time, Type: 'Come' }),
    })
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
    await answer.text()
  }
  return (performance.now() - start) / 1000
}

/** The dearest case: every booking comes alone, and every other minute there is nothing to do. */
function costs(single: Usage, idle: Usage) {
  const prices = JSON.parse(readFileSync(new URL('./prices.json', import.meta.url), 'utf8'))
  const bookings = PEOPLE * BOOKINGS_A_DAY * DAYS
  const idleRuns = RUNS_A_MONTH - bookings
  const month = (figure: keyof Usage) => (bookings * single[figure] + idleRuns * idle[figure]) / SINGLES
  // Each message is sent once and received once.
  const operations = 2 * month('messages')
  const billed = (usage: Usage) => Math.max(LEAST_SECONDS, usage.seconds / SINGLES)
  const seconds = bookings * (billed(single) + LEAST_SECONDS) + idleRuns * billed(idle)
  const executions = RUNS_A_MONTH + bookings
  const dollars = (value: number) => Number(value.toFixed(3))
  return [
    {
      per: 'tenant and month',
      'Service Bus operations': Math.round(operations),
      'USD beyond the included': dollars((operations / 1e6) * prices.serviceBusMillionOperations.value),
      'storage transactions': Math.round(month('transactions')),
      'USD storage': dollars((month('transactions') / 10_000) * prices.tablesTenThousandTransactions.value),
      executions,
      'USD Functions': dollars(
        (executions / 1e6) * prices.functionsMillionExecutions.value +
          seconds * GIGABYTES * prices.functionsGigabyteSecond.value,
      ),
    },
  ]
}
