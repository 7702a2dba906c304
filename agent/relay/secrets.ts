import { StegError } from '../../shared/errors/error.ts'
import type { Auth, Credential } from '../../shared/wire/credentials.ts'
import type { SecretsFile, State } from '../state/state.ts'
import { isAtOrBelow, normalBase } from './rules/address.ts'

/** What calls sign in with. */
export interface Secrets {
  /**
   * The credential that a call brings, or the one kept on this machine that it names.
   * @throws StegError `secret-missing` when there is none of that name for this address, `state-unreadable`
   */
  credentialFor(auth: Auth, base: URL): Promise<Credential>
}

/** For so long the file is not read again. */
const FRESH_MS = 1000

export function createSecrets(state: Pick<State, 'secrets'>, monotonic: () => number): Secrets {
  let known: { readonly until: number; readonly file: Promise<SecretsFile | undefined> } | undefined

  function read(): Promise<SecretsFile | undefined> {
    const now = monotonic()
    if (known === undefined || now >= known.until) {
      known = { until: now + FRESH_MS, file: state.secrets.read() }
    }
    return known.file
  }

  return {
    async credentialFor(auth, base) {
      if (auth.kind !== 'on-site') return auth
      const { secrets = {} } = (await read()) ?? {}
      const secret = Object.hasOwn(secrets, auth.name) ? secrets[auth.name] : undefined
      const url = normalBase(base)
      if (secret === undefined || (secret.url !== undefined && !isAtOrBelow(url, secret.url))) {
        throw new StegError('secret-missing', { name: auth.name, url })
      }
      return secret.credential
    },
  }
}
