import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { isRunning, runProgram, startTestPlatform, type TestPlatform, temporaryFolder } from './platform.ts'
import { apiOf } from './tenant.ts'

const main = fileURLToPath(new URL('../../dist/infra/local/main.js', import.meta.url))
const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function folder(): Promise<string> {
  const { path, remove } = await temporaryFolder()
  cleanups.push(remove)
  return path
}

async function start(data: string, args: readonly string[] = []): Promise<TestPlatform> {
  const platform = await startTestPlatform(data, args)
  cleanups.push(() => platform.program.end('SIGKILL'))
  return platform
}

const pidsOf = ({ program }: TestPlatform) =>
  program.lines.filter(({ event }) => event === 'process').map(({ pid }) => Number(pid))

describe('npm start (F5)', () => {
  it('ends with people synchronised, and what it prints works when it is copied', async () => {
    const data = await folder()
    const child = spawn(process.execPath, [main, '--port', '0', '--data', data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    cleanups.push(async () => child.kill('SIGKILL'))
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    await expect.poll(() => output, { timeout: 60_000 }).toContain('/docs/api')
    expect(output).toContain('108 came from Sage through the agent')
    expect(output).toMatch(/Steg is running at http:\/\/127\.0\.0\.1:\d+/)
    const commands = output.split('\n').filter((line) => line.startsWith('  curl '))
    expect(commands).toHaveLength(3)
    const answers = await Promise.all(
      commands.map(async (command) => JSON.parse((await promisify(execFile)('sh', ['-c', command])).stdout)),
    )
    expect(answers[0].items.map(({ lastName }: { lastName: string }) => lastName)).toContain('Gehalt')
    expect(answers[1].items).toMatchObject([{ status: 'connected', name: 'Demo-Server' }])
    expect(answers[2]).toMatchObject({ job: 'SysSageSync', state: 'queued' })
    expect(output).toContain(`operator token  in ${data}/secrets.json`)
    child.kill('SIGINT')
    await expect.poll(() => output, { interval: 5 }).toContain('Stopping …')
    // The terminal and npm both pass one Ctrl-C on.
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('stops without leaving a process or a lock, and goes on with the same data', async () => {
    const data = await folder()
    const first = await start(data)
    const demo = await first.program.line('demo')
    expect(demo).toMatchObject({ people: 108, run: { state: 'succeeded' } })
    const pids = pidsOf(first)
    expect(pids).toHaveLength(4)
    expect(await first.program.end('SIGINT')).toBe(0)
    expect(pids.filter(isRunning)).toEqual([])

    const second = await start(data)
    const again = await second.program.line('demo')
    expect(again).toMatchObject({ tenantId: demo.tenantId, tenantToken: demo.tenantToken, people: 108 })
    expect(second.operatorToken).toBe(first.operatorToken)
    const api = apiOf(second.url, String(demo.tenantToken))
    const runs = (await api('GET', '/jobs/SysSageSyncPersonen/runs')).body.items
    expect(runs).toMatchObject([{ counts: { unchanged: 108, created: 0 } }, { counts: { created: 108 } }])
    expect((await api('GET', '/agents')).body.items).toHaveLength(1)
    expect(await second.program.end('SIGTERM')).toBe(0)
    expect(pidsOf(second).filter(isRunning)).toEqual([])
  })

  it('killed with -9, it takes its processes with it and starts again on the same data', async () => {
    const data = await folder()
    const first = await start(data)
    const demo = await first.program.line('demo')
    const pids = pidsOf(first)
    await first.program.end('SIGKILL')
    await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([])
    const second = await start(data)
    expect(await second.program.line('demo')).toMatchObject({ tenantId: demo.tenantId, people: 108 })
  })

  it('two platforms run side by side', async () => {
    const [one, two] = await Promise.all([start(await folder()), start(await folder())])
    const demos = await Promise.all([one.program.line('demo'), two.program.line('demo')])
    expect(demos).toMatchObject([{ people: 108 }, { people: 108 }])
    const foreign = await apiOf(two.url, String(demos[0]?.tenantToken))('GET', '/people')
    expect(foreign.status).toBe(401)
  })

  it('a part that dies is started again on the same port', async () => {
    const platform = await start(await folder(), ['--no-demo'])
    for (const name of ['hub', 'broker'] as const) {
      const before = platform.pid(name)
      process.kill(before, 'SIGKILL')
      await expect
        .poll(() => platform.program.lines.filter(({ event }) => event === 'restarted').at(-1)?.name, {
          timeout: 20_000,
        })
        .toBe(name)
      expect(platform.pid(name)).not.toBe(before)
    }
    await expect
      .poll(async () => (await apiOf(platform.url, '')('GET', '/health')).body.status, {
        timeout: 20_000,
      })
      .toBe('ok')
  })

  it('refuses a folder that is in use, a port that is taken and arguments it does not know', async () => {
    const data = await folder()
    const first = await start(data, ['--no-demo'])
    const inUse = runProgram('infra/local/main.js', ['--port', '0', '--data', data, '--no-demo'])
    const port = new URL(first.url).port
    const taken = runProgram('infra/local/main.js', ['--port', port, '--data', await folder(), '--no-demo'])
    const unknown = runProgram('infra/local/main.js', ['--prot', '1'])
    const wrong = runProgram('infra/local/main.js', ['--port', 'many'])
    expect(await inUse.end(0 as never)).toBe(1)
    expect(inUse.errors()).toMatch(/in use by another platform.*--data/)
    expect(await taken.end(0 as never)).toBe(1)
    expect(taken.errors()).toMatch(
      new RegExp(`^Steg could not start: hub .*: Cannot listen on .*:${port}: .*steg.log\\n$`),
    )
    expect(taken.errors()).not.toContain('starting it again')
    expect(taken.lines.map(({ event }) => event)).not.toContain('died')
    expect(await unknown.end(0 as never)).toBe(1)
    expect(unknown.errors()).toContain('--port')
    expect(await wrong.end(0 as never)).toBe(1)
    expect(wrong.errors()).toContain('whole number')
    for (const { errors } of [inUse, taken, unknown, wrong]) expect(errors()).not.toMatch(/^\s+at /m)
  })

  it('keeps its folder to its owner and its secrets out of store, broker and log', async () => {
    const data = await folder()
    const platform = await start(data)
    const demo = await platform.program.line('demo')
    await platform.program.end('SIGTERM')
    expect((await stat(data)).mode & 0o777).toBe(0o700)
    const demoState = JSON.parse(await readFile(join(data, 'demo.json'), 'utf8'))
    const secrets = [platform.operatorToken, String(demo.tenantToken).slice(-43), demoState.sagePassword]
    for (const file of ['store.db', 'steg.log', 'broker.db']) {
      const content = await readFile(join(data, file), 'latin1')
      for (const secret of file === 'broker.db' ? secrets.slice(0, 2) : secrets) {
        expect(content.includes(secret), `${file} holds a secret`).toBe(false)
      }
    }
    const files = ['secrets.json', 'demo.json', 'steg.log', 'store.db', 'broker.db', 'sage.db', 'lock.db']
    for (const file of files) {
      expect((await stat(join(data, file))).mode & 0o077, file).toBe(0)
    }
  })

  it("finds another port for Sage, enrols its agent anew when that was revoked, and leaves one's own address alone", async () => {
    const data = await folder()
    const first = await start(data)
    const demo = await first.program.line('demo')
    await first.program.end('SIGTERM')
    const squatter = createServer().listen(Number(new URL(String(demo.sageUrl)).port), '127.0.0.1')
    cleanups.push(async () => squatter.close())
    await once(squatter, 'listening')

    const second = await start(data)
    const moved = await second.program.line('demo')
    expect(moved).toMatchObject({ people: 108, run: { state: 'succeeded' } })
    expect(moved.sageUrl).not.toBe(demo.sageUrl)
    const api = apiOf(second.url, String(demo.tenantToken))
    const own = { value: 'http://127.0.0.1:9/hrportalapi' }
    await api('PUT', '/variables/Mandant.Sage.BaseUrl', own)
    const { items } = (await api('GET', '/agents')).body
    expect(items).toMatchObject([{ status: 'connected' }])
    await api('DELETE', `/agents/${items[0].id}`)
    const why = expect.stringContaining('revoked')
    expect(await second.program.line('ended')).toMatchObject({ name: 'agent', why })
    expect(isRunning(second.pid('agent'))).toBe(false)
    await second.program.end('SIGTERM')
    expect(second.program.lines.map(({ event }) => event)).not.toContain('died')

    const third = await start(data)
    const again = apiOf(third.url, String(demo.tenantToken))
    const statuses = async () =>
      (await again('GET', '/agents')).body.items.map(({ status }: { status: string }) => status).toSorted()
    await expect.poll(statuses, { timeout: 20_000 }).toEqual(['connected', 'revoked'])
    const variables = (await again('GET', '/variables')).body.items
    expect(variables).toContainEqual(expect.objectContaining({ name: 'Mandant.Sage.BaseUrl', ...own }))
  })

  it('keeps the hub when the demo cannot start, and says why a part cannot', async () => {
    const data = await folder()
    await mkdir(join(data, 'sage.db'))
    const platform = await start(data, [])
    const failed = await platform.program.line('demo-failed')
    expect(failed.reason).toMatch(/^sage could not start.*sage\.db.*steg\.log$/)
    expect((await apiOf(platform.url, '')('GET', '/health')).status).toBe(200)
    await platform.program.end('SIGTERM')

    await writeFile(join(data, 'broker.db'), 'no database '.repeat(1000))
    const broken = runProgram('infra/local/main.js', ['--port', '0', '--data', data, '--no-demo'])
    expect(await broken.end(0 as never)).toBe(1)
    expect(broken.errors()).toMatch(/not a database.*broker\.db.*steg\.log\n$/)
  })

  it('a second Ctrl-C ends everything at once', async () => {
    const platform = await start(await folder(), ['--no-demo'])
    const pids = pidsOf(platform)
    // A hub that stands still cannot stop in order.
    process.kill(platform.pid('hub'), 'SIGSTOP')
    platform.program.child.kill('SIGINT')
    await platform.program.line('stopping')
    const again = setInterval(() => platform.program.child.kill('SIGINT'), 100)
    cleanups.push(async () => clearInterval(again))
    expect(await once(platform.program.child, 'exit')).toEqual([1, null])
    await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([])
  })

  it.each(['infra/local/main.js', 'agent/main.js'])('%s says which Node.js it needs', async (file) => {
    const old =
      "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'22.12.0'}})"
    const program = runProgram(file, ['--json'], { NODE_OPTIONS: `--import "${old}"` })
    expect(await program.end(0 as never)).toBe(1)
    expect(program.errors()).toMatch(/^\S.* needs Node\.js 22\.13 or newer, and this is 22\.12\.0\..*\n$/)
  })
})
