import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { buffer } from 'node:stream/consumers'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, it } from 'vitest'
import type { MailSender } from '../../functions/platform/mail/port.ts'
import { openSmtp } from '../../functions/platform/mail/smtp.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A real mail server that keeps what it gets. */
async function mailServer() {
  const mails: { to: string[]; mail: Email }[] = []
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: (_, __, done) => done(null, { user: 'steg' }),
    onRcptTo: ({ address }, _, done) =>
      done(address.startsWith('nobody@') ? new Error('no such mailbox') : null),
    onData(stream, { envelope }, done) {
      buffer(stream).then(async (content) => {
        mails.push({
          to: envelope.rcptTo.map(({ address }) => address),
          mail: await PostalMime.parse(content),
        })
        done()
      }, done)
    },
  })
  const port = await portOf(smtp.server)
  closers.push(() => new Promise<void>((resolve) => smtp.close(() => resolve())))
  return { port, mails }
}

function sender(port: number, patienceMs?: number): MailSender {
  const options = { url: `smtp://steg:geheim-1@127.0.0.1:${port}`, from: 'Steg <steg@hub.example>' }
  const mail = openSmtp(patienceMs === undefined ? options : { ...options, patienceMs })
  closers.push(() => mail.close())
  return mail
}

const mail = {
  to: 'gabi@müller.example',
  subject: 'Einladung zu Steg für Größe & Söhne – „jetzt“',
  text: 'Guten Tag Jörg,\n\nhttps://steg.example/invitation/abc',
  html: '<p>Guten Tag Jörg</p>',
}

it('delivers text and HTML with umlauts everywhere, to the one recipient', async () => {
  const server = await mailServer()
  await sender(server.port).send({ ...mail, to: 'gabi@muster.example' })
  const arrived = server.mails.at(-1)
  expect(arrived?.to).toEqual(['gabi@muster.example'])
  expect(arrived?.mail).toMatchObject({
    subject: mail.subject,
    from: { name: 'Steg', address: 'steg@hub.example' },
    to: [{ address: 'gabi@muster.example' }],
  })
  expect(arrived?.mail.text?.trim()).toBe(mail.text)
  expect(arrived?.mail.html?.trim()).toBe(mail.html)
  const headers = Object.fromEntries(arrived?.mail.headers.map(({ key, value }) => [key, value]) ?? [])
  expect(headers['auto-submitted']).toBe('auto-generated')
})

it('says why when the server refuses the recipient, and never the password of the connection', async () => {
  const server = await mailServer()
  const error = await sender(server.port)
    .send({ ...mail, to: 'nobody@muster.example' })
    .catch((thrown) => thrown)
  expect(error).toMatchObject({ code: 'mail-failed' })
  expect(error.params.reason).toContain('no such mailbox')
  expect(JSON.stringify(error.params)).not.toContain('geheim-1')
})

it('says so when no server is there', async () => {
  const server = createServer()
  const port = await portOf(server)
  await new Promise((resolve) => server.close(resolve))
  await expect(sender(port).send(mail)).rejects.toMatchObject({ code: 'mail-failed' })
})

it('does not wait for a server that says nothing', async () => {
  const silent = createServer((socket) => closers.push(() => socket.destroy()))
  const port = await portOf(silent)
  closers.push(() => silent.close())
  await expect(sender(port, 50).send(mail)).rejects.toMatchObject({ code: 'mail-failed' })
})
