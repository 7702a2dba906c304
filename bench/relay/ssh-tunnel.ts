import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { freePort } from '../../test/free-port.ts'
import { type Children, endedEarly } from './children.ts'

const run = promisify(execFile)
const PATIENCE_MS = 10_000
const PRIVILEGE_FOLDER = '/run/sshd'
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin']

/**
 * A reverse tunnel, `ssh -R`, through a server of its own on loopback with throw-away keys. Returns the address at which
 * the target can be reached through it, or the reason why there is none.
 */
export async function openSshTunnel(
  folder: string,
  targetPort: number,
  children: Children,
): Promise<{ url: string } | { skipped: string }> {
  const sshd = await find('sshd')
  const ssh = await find('ssh')
  if (sshd === undefined || ssh === undefined) {
    return { skipped: 'OpenSSH is not installed: apt-get install openssh-server openssh-client' }
  }
  try {
    const dir = join(folder, 'ssh')
    // As root, sshd wants this folder, which the system makes when it starts the service.
    if (userInfo().uid === 0) await mkdir(PRIVILEGE_FOLDER, { recursive: true, mode: 0o755 })
    const port = await freePort()
    await prepare(dir, port)
    await serve(sshd, dir, children)
    return { url: `http://127.0.0.1:${await forward(ssh, dir, port, targetPort, children)}` }
  } catch (error) {
    return { skipped: error instanceof Error ? error.message : String(error) }
  }
}

/** sshd insists on being started by its absolute path, and is seldom on the search path. */
async function find(program: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(':'), ...SERVER_FOLDERS]
  const env = { PATH: folders.join(':') }
  const found = await run('sh', ['-c', `command -v ${program}`], { env }).catch(() => undefined)
  return found?.stdout.trim() || undefined
}

async function prepare(dir: string, port: number): Promise<void> {
  await mkdir(dir, { mode: 0o700 })
  for (const name of ['host', 'user']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)])
  }
  const publicKey = (name: string) => readFile(join(dir, `${name}.pub`), 'utf8')
  await writeFile(join(dir, 'authorized'), await publicKey('user'))
  await writeFile(join(dir, 'known'), `[127.0.0.1]:${port} ${await publicKey('host')}`)
  await writeFile(
    join(dir, 'config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(dir, 'host')}`,
      `AuthorizedKeysFile ${join(dir, 'authorized')}`,
      'PidFile none',
      // The folder for temporary files, in which the keys are, is everybody's.
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'AllowTcpForwarding remote',
      '',
    ].join('\n'),
  )
}

async function serve(sshd: string, dir: string, children: Children): Promise<void> {
  const server = children.spawn(sshd, ['-D', '-e', '-f', join(dir, 'config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await lineOf(server.stderr, /Server listening on/, endedEarly(server, 'sshd'))
}

/** @returns the port that the server has opened for the tunnel. */
async function forward(
  ssh: string,
  dir: string,
  port: number,
  targetPort: number,
  children: Children,
): Promise<number> {
  const options = {
    BatchMode: 'yes',
    ExitOnForwardFailure: 'yes',
    GlobalKnownHostsFile: 'none',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    IdentityFile: join(dir, 'user'),
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: join(dir, 'known'),
  }
  const client = children.spawn(
    ssh,
    [
      ...['-F', 'none', '-N', '-T', '-p', String(port), '-l', userInfo().username],
      ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
      ...['-R', `127.0.0.1:0:127.0.0.1:${targetPort}`, '127.0.0.1'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const line = await lineOf(client.stderr, /Allocated port (\d+)/, endedEarly(client, 'ssh'))
  return Number(line[1])
}

/** The first line that matches. When there is none, the error ends with what was said last. */
async function lineOf(
  stream: Readable | null,
  wanted: RegExp,
  ended: Promise<never>,
): Promise<RegExpExecArray> {
  let last = ''
  const patience = AbortSignal.timeout(PATIENCE_MS)
  const found = new Promise<RegExpExecArray>((resolve, reject) => {
    patience.addEventListener('abort', () => reject(new Error('no connection in time')), { once: true })
    if (stream === null) return
    createInterface({ input: stream }).on('line', (line) => {
      last = line.trim()
      const match = wanted.exec(line)
      if (match) resolve(match)
    })
  })
  try {
    return await Promise.race([found, ended])
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}. ${last}`, { cause: error })
  }
}

/** Free a moment ago; sshd cannot be asked to take any. */
