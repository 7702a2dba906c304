import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Site } from '../site.ts'
import { temporaryFolder } from '../temporary.ts'
import { testAuthority } from '../test-authority.ts'
import { tlsFront } from './tls-front.ts'

/** Lets the agent itself find the names below steg.test, as it can in a network without a proxy. */
export const withNames = { NODE_OPTIONS: `--import=${new URL('names.mjs', import.meta.url).href}` }

/** Hub and broker behind TLS, under names that only a proxy can find. */
export async function behindTls(place: Site): Promise<{ hub: string; hubHost: string; brokerHost: string }> {
  const hubPort = await tlsFront(Number(new URL(place.hub.url).port))
  const brokerPort = await tlsFront(place.brokerPort)
  Object.assign(place, { brokerHost: 'broker.steg.test', brokerPort, brokerTls: true })
  const hub = `https://hub.steg.test:${hubPort}`
  const file = join(place.dir, 'state.json')
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), hub }))
  return { hub, hubHost: `hub.steg.test:${hubPort}`, brokerHost: `broker.steg.test:${brokerPort}` }
}

/** The authority's certificate in a file. */
export async function caFile(): Promise<string> {
  const file = join(await temporaryFolder(), 'ca.pem')
  await writeFile(file, `# our own\n${testAuthority.cert}\n`)
  return file
}
