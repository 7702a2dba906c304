import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compose } from '../../functions/compose.ts'
import { agentsTable } from '../../functions/connectors/rows.ts'
import { DEFAULT_SITE, siteId } from '../../functions/connectors/rules/site.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { isStegError } from '../../shared/errors/error.ts'
import { silentLogger } from '../../shared/log.ts'
import { openDoor } from '../chaos/relay/door.ts'
import { runProgram, startTestPlatform, temporaryFolder } from './platform.ts'
import { createTenant, enrol, runAgent, setVariables } from './tenant.ts'

const CALLERS = 8
const soon = { timeout: 60_000, interval: 100 }

it('keys change in the middle of calls: none fails, none is doubled, and the old ones go (F2)', {
  timeout: 300_000,
}, async () => {
  const stops: (() => unknown)[] = []
  try {
    const folder = await temporaryFolder()
    stops.push(folder.remove)
    const executed = new Map<string, number>()
    const target = http.createServer((request, response) => {
      const name = String(request.headers['x-name'])
      executed.set(name, (executed.get(name) ?? 0) + 1)
      response.end(name)
    })
    await once(target.listen(0, '127.0.0.1'), 'listening')
    stops.push(() => target.close(), target.closeAllConnections.bind(target))
    const address = target.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`

    const platform = await startTestPlatform(join(folder.path, 'data'))
    stops.push(() => platform.program.end('SIGTERM'))
    const tenant = await createTenant(platform, 'Keys')
    await setVariables(tenant.api, { 'Mandant.Sage.BaseUrl': url })
    const door = await openDoor(platform.url)
    stops.push(door.close)
    const directory = await enrol({ ...platform, url: door.url }, tenant)
    let agent = await runAgent(directory)
    stops.push(() => agent.end('SIGTERM'))
    const [{ id }] = (await tenant.api('GET', '/agents')).body.items
    const keyFile = join(directory, 'keys.json')
    const first = await readFile(join(directory, 'key.pem'), 'utf8')

    // One more instance of the hub, which hears of new keys from nobody.
    const secrets = JSON.parse(await readFile(join(platform.data, 'secrets.json'), 'utf8'))
    const openHub = async () => {
      const opened = await compose(
        {
          STEG_STORE: `sqlite:${join(platform.data, 'store.db')}`,
          STEG_BUS: `Endpoint=sb://127.0.0.1:${door.brokerPort()};SharedAccessKeyName=hub;SharedAccessKey=${secrets.busKeys.manage};UseDevelopmentEmulator=true`,
          STEG_BUS_LISTEN_KEY: secrets.busKeys.listen,
          STEG_BUS_SEND_KEY: secrets.busKeys.send,
          STEG_MASTER_KEY: secrets.masterKey,
          STEG_OPERATOR_TOKEN_HASH: 'x'.repeat(43),
        },
        silentLogger,
      )
      stops.push(opened.close)
      return opened
    }
    let hub = await openHub()
    const store = openSqliteStore({ file: join(platform.data, 'store.db') })
    stops.push(() => store.close())
    const rows = agentsTable.bind(store)

    const outcomes = new Map<string, string>()
    let over = false
    async function caller(number: number): Promise<void> {
      const to = number % 2 === 0 ? id : siteId(tenant.id, DEFAULT_SITE)
      for (let count = 0; !over; count++) {
        const name = `${number}-${count}`
        const outcome = await hub.relay
          .call(to, {
            target: { name: 'sage', url },
            method: 'POST',
            path: '/',
            headers: [['x-name', name]],
            idempotency: count % 2 === 0 ? 'once' : 'repeatable',
            timeout: 60_000,
          })
          .then(
            ({ body }) => (Buffer.from(body).toString() === name ? 'answered' : 'another answer'),
            (error) => (isStegError(error) ? error.code : String(error)),
          )
        outcomes.set(name, outcome)
      }
    }
    const callers = Array.from({ length: CALLERS }, (_, number) => caller(number))
    stops.push(() => {
      over = true
    })
    const goesOn = async () => {
      const before = outcomes.size
      await expect.poll(() => outcomes.size, soon).toBeGreaterThan(before + 100)
    }
    const keysSince = async () => (await tenant.api('GET', `/agents/${id}`)).body.keysSince
    const rotate = async () => {
      await goesOn()
      const before = await keysSince()
      expect((await tenant.api('POST', `/agents/${id}/key-rotation`)).status).toBe(202)
      await expect.poll(keysSince, soon).not.toBe(before)
      await goesOn()
    }

    await rotate()
    const overlap = JSON.parse(await readFile(keyFile, 'utf8'))
    expect(overlap.older.until > new Date().toISOString()).toBe(true)
    expect((await rows.get(tenant.id, id))?.value.olderKeys).toBeDefined()

    // Two hours later, as far as hub and agent can tell; nobody calls while the agent is started again. What an instance
    // has remembered of the agent's keys, for seconds, is long forgotten: a new one stands for it.
    over = true
    await Promise.all(callers)
    hub = await openHub()
    await agent.end('SIGTERM')
    const past = Date.now() - 1000
    const row = await rows.get(tenant.id, id)
    if (row?.value.olderKeys === undefined) throw new Error('there are no former keys')
    const aged = { ...row.value, olderKeys: { ...row.value.olderKeys, until: past } }
    await rows.put(tenant.id, id, aged, { kind: 'match', etag: row.etag })
    const older = { ...overlap.older, until: new Date(past).toISOString() }
    await writeFile(keyFile, JSON.stringify({ ...overlap, older }))
    agent = await runAgent(directory)
    await expect.poll(async () => (await rows.get(tenant.id, id))?.value.olderKeys, soon).toBeUndefined()
    await expect.poll(async () => JSON.parse(await readFile(keyFile, 'utf8')).older, soon).toBeUndefined()
    await expect(readFile(join(directory, 'key.pem'))).rejects.toMatchObject({ code: 'ENOENT' })

    // Once more, with the keys of a change instead of those of the enrolment.
    over = false
    const more = Array.from({ length: CALLERS }, (_, number) => caller(CALLERS + number))
    await rotate()
    over = true
    await Promise.all(more)
    expect(new Set(outcomes.values())).toEqual(new Set(['answered']))
    expect([...executed.values()].filter((times) => times !== 1)).toEqual([])
    expect(executed.size).toBe(outcomes.size)

    // Who has the keys of the enrolment has nothing.
    await agent.end('SIGTERM')
    const stolen = JSON.parse(await readFile(keyFile, 'utf8'))
    await writeFile(
      keyFile,
      JSON.stringify({ ...stolen, older: undefined, current: { ...stolen.current, sign: first } }),
    )
    const thief = runProgram('agent/main.js', ['run', '--dir', directory, '--json'])
    stops.push(() => thief.end('SIGTERM'))
    expect((await thief.line('disconnected')).event).toBe('disconnected')
    expect(thief.lines.map(({ event }) => event)).not.toContain('connected')
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
})
