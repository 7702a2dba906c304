import type { Secrets } from '../../agent/relay/secrets.ts'
import { StegError } from '../../shared/errors/error.ts'

/** A machine on which no secrets are kept; what a call brings is taken as it is. */
export const noSecrets: Secrets = {
  async credentialFor(auth, base) {
    if (auth.kind === 'on-site') throw new StegError('secret-missing', { name: auth.name, url: base.href })
    return auth
  },
}
