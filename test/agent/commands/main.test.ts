import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VERSION } from '../../../agent/version.ts'
import { fakeHub, TOKEN } from '../fake-hub.ts'
import { agentCommand } from '../process.ts'
import { temporaryFolder } from '../temporary.ts'

const oneLine = /^[^\n]+\n$/

describe('the command "agent"', () => {
  it('has the version of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'))
    expect(VERSION).toBe(version)
  })

  it('enrols with a token from the command line, the environment, or standard input', async () => {
    for (const [args, options] of [
      [['--token', TOKEN], {}],
      [[], { env: { STEG_TOKEN: TOKEN } }],
      [['--token', '-'], { input: `${TOKEN}\n` }],
    ] as const) {
      const hub = await fakeHub()
      const dir = join(await temporaryFolder(), 'state')
      const result = await agentCommand(['enrol', '--hub', `${hub.url}/`, '--dir', dir, ...args], options)
      expect(result).toEqual({
        code: 0,
        stdout: expect.stringMatching(/is enrolled for Firma GmbH\.\n$/),
        stderr: '',
      })
      expect(hub.enrolled[0]?.request).toMatchObject({ wire: 2, roles: ['sage'], version: VERSION })
      expect(hub.enrolled[0]?.request.name).toBe(hub.enrolled[0]?.request.host.slice(0, 64))
    }
  })

  it('does not run when it was enrolled before there were keys for sealing, and says what to do (F2)', async () => {
    const hub = await fakeHub()
    const dir = join(await temporaryFolder(), 'state')
    await agentCommand(['enrol', '--hub', hub.url, '--dir', dir, '--token', TOKEN, '--name', 'Büro'])
    const { hubSealKey: _, ...before } = JSON.parse(await readFile(join(dir, 'state.json'), 'utf8'))
    await writeFile(join(dir, 'state.json'), JSON.stringify(before))
    const { code, stderr } = await agentCommand(['run', '--dir', dir])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/"Büro".*enrol it again/)])
    expect(hub.sessions).toEqual([])
  })

  it('shows state and targets, for people in two languages and for machines', {
    timeout: 180_000,
  }, async () => {
    const hub = await fakeHub()
    hub.targets = { sage: 'http://sage.example/hr' }
    const dir = join(await temporaryFolder(), 'state')
    await agentCommand(['enrol', '--hub', hub.url, '--dir', dir, '--token', TOKEN, '--name', 'Büro'])
    expect(await agentCommand(['targets', 'allow', 'https://new.example/x/?q', '--dir', dir])).toMatchObject({
      code: 0,
      stdout: 'https://new.example/x is allowed.\n',
    })
    await agentCommand(['targets', 'allow', 'https://new.example/x', '--dir', dir])
    const limited = ['targets', 'allow', 'http://sage.example/hr', '--dir', dir]
    await agentCommand([...limited, '--max-response-mb', '50', '--timeout-seconds', '30'])
    await agentCommand([...limited, '--timeout-seconds', 'default'])
    const list = await agentCommand(['targets', 'list', '--dir', dir, '--json'])
    expect(JSON.parse(list.stdout)).toEqual({
      targets: { sage: 'http://sage.example/hr' },
      allowed: ['https://new.example/x', 'http://sage.example/hr'],
      limits: { 'http://sage.example/hr': { maxResponseMb: 50 } },
    })
    const status = await agentCommand(['status', '--dir', dir, '--json'])
    expect(JSON.parse(status.stdout)).toMatchObject({
      agentId: 't1-agent1',
      name: 'Büro',
      hub: hub.url,
      running: false,
      connection: null,
      lastHeartbeat: null,
      calls: 0,
      errors: {},
    })
    const german = await agentCommand(['status', '--dir', dir], { env: { LANG: 'de_DE.UTF-8' } })
    expect(german.stdout).toMatch(/^Agent: +Büro \(t1-agent1\)\n/)
    expect(german.stdout).toMatch(/^Verbindung: +nie$/m)
  })

  it.each<[string, string[], RegExp]>([
    ['no command line option', ['enrol', '--dir', 'x', '--token', TOKEN], /--hub/],
    [
      'a hub without encryption',
      ['enrol', '--hub', 'http://hub.example', '--dir', 'x', '--token', TOKEN],
      /https/,
    ],
    ['a hub that is no address', ['enrol', '--hub', 'hub', '--dir', 'x', '--token', TOKEN], /https/],
    [
      'a hub that is not there',
      ['enrol', '--hub', 'http://127.0.0.1:1', '--dir', 'DIR', '--token', TOKEN],
      /refused/,
    ],
    ['no token', ['enrol', '--hub', 'http://127.0.0.1:1', '--dir', 'DIR'], /access token/],
    [
      'another category',
      ['enrol', '--hub', 'http://127.0.0.1:1', '--dir', 'DIR', '--category', 'x'],
      /sage, none/,
    ],
    ['a folder that is not enrolled', ['run', '--dir', 'DIR'], /no enrolled agent/],
    [
      'a folder that is not enrolled, in German',
      ['--lang', 'de', 'run', '--dir', 'DIR'],
      /kein Agent angemeldet/,
    ],
    ['the status of nothing', ['status', '--dir', 'DIR'], /no enrolled agent/],
    ['a target that is no address', ['targets', 'allow', 'ftp://x', '--dir', 'DIR'], /http\(s\)/],
    ['a target for nobody', ['targets', 'allow', 'http://x', '--dir', 'DIR'], /no enrolled agent/],
    [
      'a limit that is none',
      ['targets', 'allow', 'http://x', '--dir', 'DIR', '--timeout-seconds', '0'],
      /whole number from 1 to 3600/,
    ],
    ['an unknown command', ['fly'], /unknown command/],
  ])('fails with one line: %s', async (_case, args, message) => {
    const dir = join(await temporaryFolder(), 'state')
    const result = await agentCommand(args.map((arg) => (arg === 'DIR' ? dir : arg)))
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toMatch(oneLine)
    expect(result.stderr).toMatch(message)
    expect(result.stderr).not.toContain(TOKEN)
  })

  it("fails with the hub's own words when it refuses", async () => {
    const hub = await fakeHub()
    const dir = join(await temporaryFolder(), 'state')
    const args = ['enrol', '--hub', hub.url, '--dir', dir, '--token', `${TOKEN}x`]
    const refused = await agentCommand(args, { env: { LANG: 'de' } })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^Das Zugangstoken ist unbekannt[^\n]*\n$/)
    expect(refused.stderr).not.toContain(TOKEN)
  })

  it.skipIf(process.getuid?.() === 0)('fails with one line when nothing can be written', async () => {
    const dir = await temporaryFolder()
    await chmod(dir, 0o500)
    const hub = await fakeHub()
    const result = await agentCommand([
      'enrol',
      '--hub',
      hub.url,
      '--dir',
      join(dir, 'state'),
      '--token',
      TOKEN,
    ])
    await chmod(dir, 0o700)
    expect(result.code).toBe(1)
    expect(result.stderr).toMatch(oneLine)
    expect(hub.asked).toEqual([])
  })

  it('fails with one line when the folder is a file', async () => {
    const dir = join(await temporaryFolder(), 'state')
    const hub = await fakeHub()
    const file = new URL('../../../package.json', import.meta.url).pathname
    const before = (await stat(file)).mode
    const result = await agentCommand(['enrol', '--hub', hub.url, '--dir', join(file, dir), '--token', TOKEN])
    expect(result.stderr).toMatch(oneLine)
    expect(result.code).toBe(1)
    expect((await stat(file)).mode).toBe(before)
  })
})
