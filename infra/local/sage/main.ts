import { sageOptionsSchema } from './options.ts'
import { startSageSimulator } from './simulator.ts'

/** Process entry: STEG_SAGE holds the options as JSON. Says `ready` over IPC and ends with its parent. */
async function main(): Promise<void> {
  process.once('disconnect', () => process.exit(0))
  const options = sageOptionsSchema.parse(JSON.parse(process.env.STEG_SAGE ?? '{}'))
  const simulator = await startSageSimulator(options)
  const stop = () => {
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  const { port, url, users } = simulator
  if (process.send) process.send({ event: 'ready', port, url, users })
  else process.stdout.write(`${JSON.stringify({ event: 'ready', port, url, users })}\n`)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
