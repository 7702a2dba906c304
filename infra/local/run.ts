import { resolve } from 'node:path'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { startDemo } from './demo.ts'
import { tellingLine } from './last-words.ts'
import { type Mailbox, startMailbox } from './mailbox/mailbox.ts'
import { changeMasterKey, dropRetiredKeys } from './master-key.ts'
import { parseOptions } from './options.ts'
import { type Platform, startPlatform } from './platform.ts'
import { hubPort } from './port.ts'
import { killAll } from './process.ts'
import { createReport, type Report } from './report.ts'
import { summary } from './summary.ts'

/** One Ctrl-C may arrive twice at nearly the same time: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 500

// Inherited by every process: databases and keys are for their owner only.
process.umask(0o077)

const options = parseOptions(process.argv.slice(2))
const stops: (() => Promise<void>)[] = []
let stopping: Promise<void> | undefined
let askedAt = 0

/** In reverse order of starting, once. */
function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const stop of stops.toReversed()) await stop()
  })()
  return stopping
}

/** The first signal stops in order, a second one at once. */
function onSignal(): void {
  if (stopping !== undefined) {
    if (performance.now() - askedAt < SAME_SIGNAL_MS) return
    killAll()
    process.exit(1)
  }
  askedAt = performance.now()
  process.stdout.write(`${options.json ? JSON.stringify({ event: 'stopping' }) : 'Stopping …'}\n`)
  stopAll().then(
    () => process.exit(0),
    (error) => {
      process.stderr.write(`${error.message}\n`)
      process.exit(1)
    },
  )
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)

try {
  const folder = await openDataFolder(resolve(options.data))
  stops.push(async () => folder.release())
  if (options.changeMasterKey) await changeMasterKey(folder)
  const report = createReport(options.json, folder.path('steg.log'))
  const mailbox = await startMailbox(folder.path('mail'))
  stops.push(mailbox.stop)
  const port = await hubPort(folder, options.port)
  const platform = await startPlatform(folder, port, mailbox.smtpUrl, report)
  stops.push(platform.stop)
  report.event('ready', {
    url: platform.url,
    operatorToken: folder.secrets.operatorToken,
    mailbox: mailbox.url,
  })
  await dropRetiredKeys(folder, platform.url, report)
  await show(folder, platform, mailbox, report)
} catch (error) {
  if (stopping === undefined) {
    process.stderr.write(`Steg could not start: ${reasonOf(error)}\n`)
    await stopAll()
    process.exit(1)
  }
}

async function show(folder: DataFolder, { url }: Platform, mailbox: Mailbox, report: Report): Promise<void> {
  const { operatorToken } = folder.secrets
  const running = { url, data: options.data, operatorToken, mailbox: mailbox.url }
  if (!options.demo) return report.text(summary(running))
  try {
    const demo = await startDemo(folder, { url, operatorToken, mailbox }, options.people, report)
    stops.push(demo.stop)
    const { stop: _, ...shown } = demo
    report.event('demo', shown)
    report.text(summary({ ...running, demo }))
  } catch (error) {
    if (stopping !== undefined) return
    // Tenants other than the demo's may be served: the hub goes on.
    const reason = tellingLine(reasonOf(error))
    report.event('demo-failed', { reason })
    report.text(`The demo company could not be started: ${reason}\nMore about it: ${report.logFile}`)
    report.text(summary(running))
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
