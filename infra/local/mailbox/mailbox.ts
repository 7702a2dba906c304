import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { type KeptMail, listPage, MAILBOX_POLICY, mailPage } from './page.ts'

/** Bytes of one mail; ours are small. */
const MOST_BYTES = 1_000_000

export interface Mailbox {
  readonly smtpUrl: string
  /** The page that shows what was caught. */
  readonly url: string
  /** Newest first. */
  list(): Promise<readonly KeptMail[]>
  stop(): Promise<void>
}

/** Stands in for a mail server: takes every mail, keeps it in a folder and shows it. On this machine alone. */
export async function startMailbox(folder: string): Promise<Mailbox> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    size: MOST_BYTES,
    onData(stream, _, done) {
      keep(buffer(stream)).then(() => done(), done)
    },
  })
  let last = 0

  /** Named by time, so that the order of names is the order of arrival. */
  async function keep(content: Promise<Buffer>): Promise<void> {
    last = Math.max(Date.now(), last + 1)
    const name = `${last}-${randomBytes(4).toString('hex')}.eml`
    await writeFile(join(folder, name), await content, { mode: 0o600 })
  }

  async function read(id: string): Promise<KeptMail> {
    return { id, mail: await PostalMime.parse(await readFile(join(folder, `${id}.eml`))) }
  }

  async function ids(): Promise<string[]> {
    const names = (await readdir(folder)).filter((name) => /^\d+-[0-9a-f]+\.eml$/.test(name))
    return names.map((name) => name.slice(0, -4)).sort((a, b) => b.localeCompare(a))
  }

  const list = async () => Promise.all((await ids()).slice(0, 200).map(read))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = (request.url ?? '/').slice(1)
    const known = id === '' || (await ids()).includes(id)
    response.writeHead(known ? 200 : 404, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': MAILBOX_POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    response.end(known ? (id === '' ? listPage(await list()) : mailPage(await read(id))) : 'Not found')
  }

  const web = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error))
  })
  const smtpPort = await listening(smtp.server.listen(0, '127.0.0.1'))
  const webPort = await listening(web.listen(0, '127.0.0.1'))
  return {
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    url: `http://127.0.0.1:${webPort}`,
    list,
    async stop() {
      web.closeAllConnections()
      await Promise.all([
        new Promise<void>((resolve) => smtp.close(() => resolve())),
        new Promise<void>((resolve) => web.close(() => resolve())),
      ])
    },
  }
}

async function listening(server: Server): Promise<number> {
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
