import { resolve } from 'node:path'
import { openDataFolder } from './data-folder.ts'
import { startDemo } from './demo.ts'
import { parseOptions } from './options.ts'
import { startPlatform } from './platform.ts'
import { hubPort } from './port.ts'
import { createReport } from './report.ts'
import { summary } from './summary.ts'

const options = parseOptions(process.argv.slice(2))
const stops: (() => Promise<void>)[] = []
let stopping: Promise<void> | undefined

/** In reverse order of starting; whatever a second Ctrl-C says, it is done once. */
function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const stop of stops.toReversed()) await stop()
  })()
  return stopping
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopAll().then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`${error.message}\n`)
        process.exit(1)
      },
    )
  })
}

try {
  const folder = await openDataFolder(resolve(options.data))
  stops.push(async () => folder.release())
  const report = createReport(options.json, folder.path('steg.log'))
  const platform = await startPlatform(folder, await hubPort(folder, options.port), report)
  stops.push(platform.stop)
  const { operatorToken } = folder.secrets
  report.event('ready', { url: platform.url, operatorToken })
  if (options.demo) {
    const demo = await startDemo(folder, { url: platform.url, operatorToken }, options.people, report)
    stops.push(demo.stop)
    const { stop: _, ...shown } = demo
    report.event('demo', shown)
    report.text(summary({ url: platform.url, data: options.data, operatorToken, demo }))
  } else {
    report.text(summary({ url: platform.url, data: options.data, operatorToken }))
  }
} catch (error) {
  if (stopping === undefined) {
    process.stderr.write(`Steg could not start: ${error instanceof Error ? error.message : String(error)}\n`)
    await stopAll()
    process.exit(1)
  }
}
