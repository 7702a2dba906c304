import { text as readAll } from 'node:stream/consumers'
import { toIso } from '../../shared/clock.ts'
import { StegError } from '../../shared/errors/error.ts'
import { Credential } from '../../shared/wire/credentials.ts'
import { clock, openState, readEnrolment } from '../compose.ts'
import { normalBase } from '../relay/rules/address.ts'
import type { State } from '../state/state.ts'

/** What is shown of a secret: everything but the secret. */
export interface SecretView {
  readonly name: string
  readonly kind: Credential['kind']
  readonly login: string
  readonly domain: string | null
  /** Only for this address; null: for every target that this machine allows. */
  readonly url: string | null
  readonly setAt: string
}

export interface NewSecret {
  readonly login: string
  readonly kind: Credential['kind']
  readonly domain?: string
  readonly url?: URL
}

/** The password, as standard input has it up to the end of its first line. @throws StegError `secret-empty` */
export async function readPassword(input: NodeJS.ReadableStream): Promise<string> {
  const [password = ''] = (await readAll(input)).split(/\r?\n/, 1)
  if (password === '') throw new StegError('secret-empty', {})
  return password
}

/** Keeps a secret, readable by the owner of the folder alone; a running agent takes it up within a second. */
export async function setSecret(
  dir: string,
  name: string,
  { login, kind, domain, url }: NewSecret,
  password: string,
): Promise<void> {
  const state = await enrolledState(dir)
  const secrets = await readSecrets(state)
  const credential = Credential.parse({ kind, login, password, ...(domain === undefined ? {} : { domain }) })
  const limit = url === undefined ? {} : { url: normalBase(url) }
  await state.secrets.write({
    v: 1,
    secrets: { ...secrets, [name]: { credential, ...limit, setAt: toIso(clock.now()) } },
  })
}

/** @throws StegError `secret-unknown` */
export async function removeSecret(dir: string, name: string): Promise<void> {
  const state = await enrolledState(dir)
  const { [name]: removed, ...others } = await readSecrets(state)
  if (removed === undefined) throw new StegError('secret-unknown', { name })
  await state.secrets.write({ v: 1, secrets: others })
}

export async function listSecrets(dir: string): Promise<SecretView[]> {
  const secrets = await readSecrets(await enrolledState(dir))
  return Object.entries(secrets).map(([name, { credential, url, setAt }]) => ({
    name,
    kind: credential.kind,
    login: credential.login,
    domain: credential.kind === 'ntlm' ? (credential.domain ?? null) : null,
    url: url ?? null,
    setAt,
  }))
}

/** @throws StegError `not-enrolled` */
async function enrolledState(dir: string): Promise<State> {
  const state = openState(dir)
  await readEnrolment(state)
  return state
}

async function readSecrets(state: State) {
  return (await state.secrets.read())?.secrets ?? {}
}
