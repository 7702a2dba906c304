import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { message as amqp } from 'rhea'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ReplyHead, RequestHead } from '../../shared/wire/call.ts'
import { decodeFrame } from '../../shared/wire/frame.ts'
import { startTestPlatform, type TestPlatform, temporaryFolder } from './platform.ts'
import {
  createTenant,
  enrol,
  PASSWORD,
  runAgent,
  runJob,
  sageVariables,
  setVariables,
  startSage,
} from './tenant.ts'

const PEOPLE = 300
/** Shorter ones could turn up in ciphertext by chance. */
const SHORTEST = 5

let folder: Awaited<ReturnType<typeof temporaryFolder>>
/** Everything the broker's files held: while the synchronisation had just ended, and after the broker had stopped. */
const files: Buffer[] = []
let messages: { queue: string; raw: Buffer }[] = []
const agentFiles: Buffer[] = []
let names: string[] = []
let wire: string[] = []
let read = 0

const brokerFile = () => join(folder.path, 'broker.db')

async function readBrokerFiles(): Promise<void> {
  const found = (await readdir(folder.path)).filter((name) => name.startsWith('broker.db'))
  for (const name of found) files.push(await readFile(join(folder.path, name)))
}

/** From now on the broker's database keeps a copy of each message, also after it was taken. */
async function tapBroker(): Promise<void> {
  const first = await startTestPlatform(folder.path)
  await first.program.end('SIGTERM')
  const database = new DatabaseSync(brokerFile())
  database.exec(`
    CREATE TABLE tap (queue INTEGER, body BLOB);
    CREATE TRIGGER tap_insert AFTER INSERT ON messages BEGIN INSERT INTO tap VALUES (new.queue, new.body); END;
    CREATE TRIGGER tap_update AFTER UPDATE OF body ON messages
      BEGIN INSERT INTO tap VALUES (new.queue, new.body); END;`)
  database.close()
}

function readTap(): typeof messages {
  const database = new DatabaseSync(brokerFile())
  const rows = database.prepare('SELECT q.name, t.body FROM tap t JOIN queues q ON q.id = t.queue').all()
  database.close()
  return rows.map(({ name, body }) => ({ queue: String(name), raw: Buffer.from(body as Uint8Array) }))
}

beforeAll(async () => {
  folder = await temporaryFolder()
  await tapBroker()
  const platform: TestPlatform = await startTestPlatform(folder.path)
  const sage = await startSage(PEOPLE)
  try {
    const tenant = await createTenant(platform)
    await setVariables(tenant.api, sageVariables(sage.url))
    // Two agents, so that calls go through the queue of the site and are sealed for both.
    const folders = [await enrol(platform, tenant), await enrol(platform, tenant, 'second')]
    const agents = await Promise.all(folders.map(runAgent))
    for (const giveUpAt = Date.now() + 30_000; Date.now() < giveUpAt; ) {
      const listed = (await tenant.api('GET', '/agents')).body.items
      if (listed.every((one: { status: string }) => one.status === 'connected')) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const run = await runJob(tenant.api)
    expect(run).toMatchObject({ state: 'succeeded' })
    read = run.counts.read
    await readBrokerFiles()
    await Promise.all(agents.map((agent) => agent.end('SIGTERM')))
    for (const from of folders) {
      for (const name of await readdir(from)) agentFiles.push(await readFile(join(from, name)))
    }
    const known = sage.control.people().flatMap((one) => [one.Firstname, one.Lastname, one.Email])
    names = [...new Set(known)].filter((name) => name !== null).filter((name) => name.length >= SHORTEST)
    const { host, pathname } = new URL(sage.url)
    wire = [PASSWORD, 'StegConnector', host, pathname, 'cookie', 'Employee', 'hrportal', 'PersonnelNumber']
  } finally {
    await platform.program.end('SIGTERM')
    await sage.close()
  }
  await readBrokerFiles()
  messages = readTap()
}, 120_000)

afterAll(() => folder?.remove())

/** A message as the broker keeps it begins with two bytes, the length of its annotations, and those. */
function withoutAnnotations(stored: Buffer): Buffer {
  return stored.subarray(6 + stored.readUInt32BE(2))
}

function found(haystack: Buffer, needles: readonly string[]): string[] {
  const text = haystack.toString('latin1').toLowerCase()
  return needles.filter((needle) => text.includes(Buffer.from(needle).toString('latin1').toLowerCase()))
}

describe('what the broker sees of a synchronisation (F2)', () => {
  it('is sealed: no name, no password, no cookie, no path, in no message', () => {
    expect(read).toBe(PEOPLE)
    expect(names.length).toBeGreaterThan(100)
    for (const { queue, raw } of messages) expect(found(raw, [...names, ...wire]), queue).toEqual([])
  })

  it('is a sealed frame in each call and each reply', () => {
    const relayed = messages.filter(({ queue }) => /^(agent|site|replies)-/.test(queue))
    const calls = relayed.filter(({ queue }) => !queue.startsWith('replies-'))
    expect(calls.filter(({ queue }) => queue.startsWith('site-')).length).toBeGreaterThan(3)
    expect(relayed.length - calls.length).toBe(calls.length)
    for (const { queue, raw } of relayed) {
      const { body, application_properties: properties } = amqp.decode(withoutAnnotations(raw))
      expect(properties).toEqual({
        enc: expect.stringMatching(/^steg-x25519-[\w-]+;from=[0-9a-f,]{16,33};to=[0-9a-f,]{16,33}$/),
      })
      const content = Buffer.from(body.content)
      // To the agents of a site: one message that each of them can open.
      expect(content[0], queue).toBe(queue.startsWith('site-') ? 2 : 1)
      expect(() => decodeFrame(RequestHead, content)).toThrow()
      expect(() => decodeFrame(ReplyHead, content)).toThrow()
    }
  })

  it('leaves nothing readable in its files either, the write-ahead log included', () => {
    expect(files.length).toBeGreaterThan(2)
    for (const file of files) expect(found(file, [...names, ...wire])).toEqual([])
  })

  it('and the agent keeps no names and no password', () => {
    for (const file of agentFiles) expect(found(file, [...names, PASSWORD])).toEqual([])
  })
})
