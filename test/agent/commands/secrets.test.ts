import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSecrets } from '../../../agent/relay/secrets.ts'
import { stateIn } from '../../../agent/state/state.ts'
import { systemClock } from '../../../shared/clock.ts'
import { agentCommand } from '../process.ts'
import { site } from '../site.ts'
import { targetServer } from '../target-server.ts'
import { temporaryFolder } from '../temporary.ts'

const soon = { timeout: 60_000, interval: 50 }
const PASSWORD = 'ganz-geheim-4711'

describe('secrets that stay on the machine (F2)', { timeout: 180_000 }, () => {
  it('are set from standard input, listed without their passwords, used by calls that name them, and removed', async () => {
    const place = await site()
    const secrets = (args: string[], input?: string) =>
      agentCommand([...args, '--dir', place.dir], input === undefined ? {} : { input })
    const server = await targetServer((_request, response) => response.end('ok'))
    const agent = place.run({}, ['--log-level', 'debug'])
    await expect.poll(() => agent.events.map(({ event }) => event), soon).toContain('connected')
    const call = () =>
      place.call({ url: server.url, auth: { kind: 'on-site', name: 'exchange' }, method: 'POST', text: 'x' })
    expect((await call()).outcome).toMatchObject({
      error: { code: 'secret-missing', params: { name: 'exchange', url: server.url } },
    })

    const set = await secrets(['secrets', 'set', 'exchange', '--login', 'FIRMA\\dienst'], `${PASSWORD}\n`)
    expect(set).toMatchObject({
      code: 0,
      stdout: 'The secret "exchange" is kept on this machine.\n',
      stderr: '',
    })
    const file = join(place.dir, 'secrets.json')
    if (process.platform !== 'win32') expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600')
    const listed = await secrets(['--lang', 'de', 'secrets', 'list'])
    expect(listed.stdout).toBe('exchange: basic, FIRMA\\dienst\n')
    const json = await secrets(['secrets', 'list', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ items: [{ name: 'exchange', kind: 'basic', url: null }] })
    for (const { stdout } of [set, listed, json]) expect(stdout).not.toContain(PASSWORD)

    // Without starting the agent again.
    await expect
      .poll(async () => (await call()).outcome, soon)
      .toMatchObject({ kind: 'answered', status: 200 })
    const { authorization = '' } = server.seen[0]?.headers ?? {}
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe(
      `FIRMA\\dienst:${PASSWORD}`,
    )
    for (const line of [...agent.errors, ...agent.events.map((event) => JSON.stringify(event))]) {
      expect(line).not.toContain(PASSWORD)
      expect(line).not.toContain(authorization.replace('Basic ', ''))
    }

    expect(await secrets(['--lang', 'de', 'secrets', 'remove', 'exchange'])).toMatchObject({
      code: 0,
      stdout: 'Das Geheimnis „exchange“ ist entfernt.\n',
    })
    expect(await readFile(file, 'utf8')).not.toContain(PASSWORD)
    expect(await secrets(['secrets', 'remove', 'exchange'])).toMatchObject({ code: 1 })
    expect((await secrets(['secrets', 'list'])).stdout).toBe('No secrets are kept on this machine.\n')
    expect(await secrets(['secrets', 'set', 'x', '--login', 'a'], '\n')).toMatchObject({ code: 1 })
    expect(await secrets(['secrets', 'set', 'x y', '--login', 'a'], 'p')).toMatchObject({ code: 1 })
  })
})

describe('a secret for one address', () => {
  it.each([
    ['https://mail.firma.example/EWS', true],
    ['https://mail.firma.example/EWS/Exchange.asmx', true],
    ['https://mail.firma.example/EWSx', false],
    ['https://mail.firma.example', false],
    ['http://mail.firma.example/EWS', false],
    ['https://evil.example/EWS', false],
  ])('goes to %s: %s', async (url, goes) => {
    const state = stateIn(await temporaryFolder(), systemClock)
    const credential = { kind: 'ntlm' as const, login: 'a', password: 'b' }
    const secret = { credential, url: 'https://mail.firma.example/EWS', setAt: '2026-01-05T08:00:00Z' }
    await state.secrets.write({ v: 1, secrets: { exchange: secret } })
    const asked = createSecrets(state, () => 0).credentialFor(
      { kind: 'on-site', name: 'exchange' },
      new URL(url),
    )
    if (goes) expect(await asked).toEqual(credential)
    else await expect(asked).rejects.toMatchObject({ code: 'secret-missing' })
  })

  it('of a name that every object has is none', async () => {
    const state = stateIn(await temporaryFolder(), systemClock)
    const secrets = createSecrets(state, () => 0)
    await expect(
      secrets.credentialFor({ kind: 'on-site', name: 'constructor' }, new URL('https://a.example')),
    ).rejects.toMatchObject({ code: 'secret-missing' })
  })
})
