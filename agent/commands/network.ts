import { readFile } from 'node:fs/promises'
import type { Language } from '../../shared/errors/error.ts'
import { reasonOf, StegError } from '../../shared/errors/error.ts'
import { openOutbound, openState, readEnrolment } from '../compose.ts'
import type { NetworkView } from '../network/outbound.ts'
import { parseProxy } from '../network/proxies.ts'
import { readCertificates } from '../network/trust.ts'
import type { NetworkSettings } from '../state/state.ts'
import { texts } from './texts.ts'

/** In place of a value: takes the setting away. */
const NONE = 'none'

export interface NetworkChange {
  readonly proxy?: string
  readonly proxyLoopback?: true
  readonly ca?: string
}

/** The settings after a change; `undefined` when nothing is set. @throws StegError `ca-unreadable`, `proxy-invalid` */
export async function changedSettings(
  before: NetworkSettings | undefined,
  change: NetworkChange,
): Promise<NetworkSettings | undefined> {
  const proxy = change.proxy === undefined ? before?.proxy : proxyAddress(change.proxy)
  const loopback = change.proxyLoopback ?? before?.proxyLoopback
  const ca = change.ca === undefined ? before?.ca : await readCa(change.ca)
  const settings: NetworkSettings = {
    v: 1,
    ...(proxy === undefined ? {} : { proxy }),
    ...(proxy !== undefined && loopback === true ? { proxyLoopback: true } : {}),
    ...(ca === undefined ? {} : { ca }),
  }
  return Object.keys(settings).length > 1 || before !== undefined ? settings : undefined
}

/** Not an argument's parser: its message would repeat the address, and with it the password. */
function proxyAddress(text: string): string | undefined {
  if (text === NONE) return undefined
  const proxy = parseProxy(text)
  if (proxy === undefined) throw new StegError('proxy-invalid', {})
  return proxy.href
}

async function readCa(file: string): Promise<string[] | undefined> {
  if (file === NONE) return undefined
  try {
    return readCertificates(file, await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof StegError) throw error
    throw new StegError('ca-unreadable', { file, reason: reasonOf(error) }, { cause: error })
  }
}

/** Changes how this machine reaches hub and broker; a running agent takes it up when it starts again. */
export async function setNetwork(dir: string, change: NetworkChange): Promise<NetworkView> {
  const state = openState(dir)
  const { hub } = await readEnrolment(state)
  const settings = await changedSettings(await state.network.read(), change)
  if (settings !== undefined && Object.keys(change).length > 0) await state.network.write(settings)
  return openOutbound(settings).view(new URL(hub))
}

/** Label and value, for people. */
export function describeNetwork(view: NetworkView, language: Language): [string, string][] {
  const text = texts[language]
  return [
    [text.labels.proxy, view.proxy ?? text.none],
    [text.labels.ca, view.ca.join(', ') || text.noCa],
  ]
}
