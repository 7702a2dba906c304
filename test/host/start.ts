import { type Host, type HostOptions, startHost } from '../../infra/local/host/host.ts'

export const hostJson = { version: '2.0', extensions: { http: { routePrefix: '' } } }

export interface StartedHost {
  readonly host: Host
  readonly url: string
}

/** Starts the host with an app of test/host/fixture. Works once per process, that is, once per test file. */
export async function start(entry: URL, options: Partial<HostOptions> = {}): Promise<StartedHost> {
  const host = await startHost({ entry, hostJson, port: 0, env: {}, ...options })
  return { host, url: `http://127.0.0.1:${host.port}` }
}
