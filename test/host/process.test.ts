import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makeFolder, removeFolder } from '../folder.ts'
import { hostJson } from './start.ts'

const main = fileURLToPath(new URL('../../infra/local/host/main.ts', import.meta.url))
const slow = new URL('./fixture/slow.ts', import.meta.url)
const unsupported = new URL('./fixture/unsupported.ts', import.meta.url)
const ready = z.object({ event: z.literal('ready'), port: z.number() })
let folder: string
const children = new Set<ChildProcess>()

beforeAll(async () => {
  folder = await makeFolder()
  await writeFile(join(folder, 'host.json'), JSON.stringify(hostJson))
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})
afterAll(() => removeFolder(folder))

function launch(app: URL, config: object = {}) {
  const child = fork(main, {
    env: {
      ...process.env,
      HOURLY: '0 0 * * * *',
      FIXTURE_SETTING: 'from the environment',
      STEG_HOST: JSON.stringify({
        entry: app.href,
        hostJsonPath: join(folder, 'host.json'),
        port: 0,
        ...config,
      }),
    },
    execArgv: [],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  children.add(child)
  let errors = ''
  child.stderr?.on('data', (data) => {
    errors += data
  })
  return {
    child,
    errors: () => errors,
    exit: once(child, 'exit').then(([code]) => code as number | null),
    ready: once(child, 'message').then(([message]) => `http://127.0.0.1:${ready.parse(message).port}`),
  }
}

function holdPort(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
  })
}

describe('a host process', () => {
  it('finishes what is running on SIGTERM and ends', async () => {
    const host = launch(slow)
    const url = await host.ready
    expect(await (await fetch(`${url}/setting`)).text()).toBe('from the environment')
    const response = fetch(`${url}/slow`)
    await expect.poll(() => host.errors()).toContain('slow began')
    host.child.kill('SIGTERM')
    expect(await (await response).text()).toBe('done')
    expect(await host.exit).toBe(0)
    await expect.poll(() => host.errors()).toContain('terminated\n')
  })

  it('ends at once when its parent is gone', async () => {
    const host = launch(slow)
    const url = await host.ready
    const response = fetch(`${url}/slow`).catch(() => 'cut')
    await expect.poll(() => host.errors()).toContain('slow began')
    host.child.disconnect()
    expect(await host.exit).toBe(1)
    expect(await response).toBe('cut')
    expect(host.errors()).not.toContain('terminated')
  })

  it('keeps the status of timers in its folder', async () => {
    const timerStatusDir = join(folder, 'timers')
    await launch(slow, { timerStatusDir }).ready
    const read = () => readFile(join(timerStatusDir, 'hourly.json'), 'utf8').catch(() => '')
    await expect.poll(read).toMatch(/^\{"Last":null,"Next":"[^"]+:00:00.000Z","LastUpdated":/)
  })

  it('waits for a port that is about to become free', async () => {
    const holder = await holdPort()
    const { port } = holder.address() as AddressInfo
    const host = launch(slow, { port })
    await expect.poll(() => host.errors(), { timeout: 10_000 }).toContain('Port is still in use')
    holder.close()
    expect(await host.ready).toBe(`http://127.0.0.1:${port}`)
  })

  it('says so when the port stays taken', async () => {
    const holder = await holdPort()
    const { port } = holder.address() as AddressInfo
    const host = launch(slow, { port })
    expect(await host.exit).toBe(1)
    await expect
      .poll(() => host.errors())
      .toContain(`Cannot listen on 127.0.0.1:${port}: another program uses it.`)
    holder.close()
  })

  it('refuses an app that it cannot run, naming everything', async () => {
    const host = launch(unsupported)
    expect(await host.exit).toBe(1)
    await expect.poll(() => host.errors()).toMatch(/Function "keyed", binding "httpTrigger\w+": .*anonymous/)
    expect(host.errors()).toMatch(
      /Function "stored", binding "queueTrigger\w+": in binding of type "queueTrigger"/,
    )
    expect(host.errors()).toMatch(/Function "writes", binding "queueOutput\w+": out binding of type "queue"/)
    expect(host.errors()).not.toContain('"fine"')
  })

  it.each([
    [{ port: -1 }, 'The environment variable STEG_HOST is not valid'],
    [{ unknown: 1 }, 'The environment variable STEG_HOST is not valid'],
    [{ hostJsonPath: '/nowhere/host.json' }, '/nowhere/host.json'],
  ])('refuses the configuration %j', async (config, reason) => {
    const host = launch(slow, config)
    expect(await host.exit).toBe(1)
    await expect.poll(() => host.errors()).toContain(reason)
  })
})
