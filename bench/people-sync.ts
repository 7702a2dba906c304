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

const PEOPLE = 10_000

interface Figures {
  readonly run: string
  readonly seconds: number
  readonly 'Sage calls': number
  readonly messages: number
  readonly 'storage transactions': number
  readonly rows: number
}

/**
 * 10,000 people through the whole chain: first synchronisation, then one with nothing to change. Next to it, in the same
 * run, a plain loop that reads the same list from the simulator directly.
 */
export async function benchPeopleSync(): Promise<void> {
  const folder = await temporaryFolder()
  const platform = await startTestPlatform(folder.path)
  const sage = await startSage(PEOPLE)
  const tenant = await createTenant(platform)
  await setVariables(tenant.api, sageVariables(sage.url))
  const agent = await runAgent(await enrol(platform, tenant))
  const operator = apiOf(platform.url, platform.operatorToken)
  try {
    const rows: Figures[] = []
    for (const run of ['first', 'nothing changed']) {
      const before = (await operator('GET', '/metrics')).body
      sage.control.resetRequests()
      const start = performance.now()
      const result = await runJob(tenant.api, 'SysSageSyncPersonen', 300)
      const seconds = (performance.now() - start) / 1000
      if (result.state !== 'succeeded') throw new Error(result.message)
      const after = (await operator('GET', '/metrics')).body
      const messages = (counts: { sent: number; replies: number }) => counts.sent + counts.replies
      rows.push({
        run,
        seconds: Number(seconds.toFixed(2)),
        'Sage calls': sage.control.requests().total,
        messages: messages(after.bus) - messages(before.bus),
        'storage transactions': after.store.transactions - before.store.transactions,
        rows: after.store.rows - before.store.rows,
      })
    }
    const direct = await readDirectly(sage.url)
    console.log(`\nPeople: ${PEOPLE} from Sage through agent, broker and hub into the store`)
    console.table(rows)
    const [first, second] = rows
    console.log(
      `Reading the same list from Sage directly takes ${direct.toFixed(2)} s: first ${((first?.seconds ?? 0) / direct).toFixed(1)}×, nothing changed ${((second?.seconds ?? 0) / direct).toFixed(1)}×`,
    )
  } finally {
    await agent.end('SIGTERM')
    await platform.program.end('SIGTERM')
    await sage.close()
    await folder.remove()
  }
}

/** What a program on site would do: sign in and read page by page. */
async function readDirectly(url: string): Promise<number> {
  const start = performance.now()
  const signIn = await fetch(`${url}/Authorization`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ Username: 'StegConnector', Password: PASSWORD, NtAuthorization: false }),
  })
  const cookie = signIn.headers.getSetCookie().map((line) => line.split(';')[0])[0] ?? ''
  await fetch(`${url}/Security/Calculate`, { method: 'POST', headers: { cookie } })
  for (let skip = 0; skip < PEOPLE; skip += 500) {
    const page = await fetch(`${url}/Employee/Employees?options[Skip]=${skip}&options[Take]=500`, {
      headers: { cookie },
    })
    const { Results } = (await page.json()) as { Results: unknown[] }
    if (Results.length === 0) throw new Error('the list ended early')
  }
  return (performance.now() - start) / 1000
}
