import { createServer } from 'node:http'
import type { Clock } from '../../../shared/clock.ts'
import { systemClock } from '../../../shared/clock.ts'
import { createControl, type SageControl } from './control.ts'
import { createFaults } from './faults.ts'
import { createHandler } from './handler.ts'
import { createJournal } from './journal.ts'
import { resolveOptions, type SageOptions, type SageUser } from './options.ts'
import { openSite } from './site.ts'

export interface SageSimulator {
  /** Base address of the API, such as http://127.0.0.1:41234/hrportalapi. */
  readonly url: string
  readonly port: number
  /** Who can sign in: shows the password that was made up when none was given. */
  readonly users: readonly SageUser[]
  /** What the header WebApiDatabaseConnection can name. */
  readonly databases: readonly { readonly key: string; readonly name: string }[]
  readonly control: SageControl
  /** Drops all connections, also those that hang. */
  close(): Promise<void>
}

// As IIS: an idle connection stays open for two minutes.
const keepAliveMs = 120_000

/**
 * Starts a Sage HR portal API that is strict about everything the contract says.
 * Throws ZodError for wrong options, and the error of listen() when the port is taken.
 */
export async function startSageSimulator(
  options: SageOptions & { readonly clock?: Clock } = {},
): Promise<SageSimulator> {
  const { clock = systemClock, ...plain } = options
  const resolved = resolveOptions(plain)
  const site = openSite(resolved, clock)
  const faults = createFaults(resolved.seed)
  const journal = createJournal()
  const control = createControl(site, faults, journal)
  const stopping = new AbortController()
  const server = createServer(
    { keepAliveTimeout: keepAliveMs },
    createHandler({ site, faults, journal, control, basePath: resolved.basePath, stop: stopping.signal }),
  )
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(resolved.port, resolved.host, () => resolve())
    })
  } catch (error) {
    site.records.close()
    throw error
  }
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : resolved.port
  const host = resolved.host.includes(':') ? `[${resolved.host}]` : resolved.host
  let closed: Promise<void> | undefined
  return {
    url: `http://${host}:${port}${resolved.basePath}`,
    port,
    users: resolved.users,
    databases: site.databases.map(({ key, name }) => ({ key, name })),
    control,
    close: () => {
      closed ??= new Promise((resolve) => {
        stopping.abort()
        server.close(() => {
          site.records.close()
          resolve()
        })
        server.closeAllConnections()
      })
      return closed
    },
  }
}
