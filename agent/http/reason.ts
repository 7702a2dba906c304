import { reasonOf } from '../../shared/errors/error.ts'

const plain: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed by the server',
  ECONNABORTED: 'connection aborted',
  EPIPE: 'connection closed by the server',
  ENOTFOUND: 'host name unknown',
  EAI_AGAIN: 'host name cannot be resolved at the moment',
  ETIMEDOUT: 'no connection within the time',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  EADDRNOTAVAIL: 'no connection possible from this machine',
  EPROTO: 'the server does not speak TLS on this port',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS on this port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS on this port',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate not trusted: it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate not trusted: its chain ends in an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate not trusted: the authority that issued it is unknown',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate not trusted: the authority that issued it is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate not trusted: the authority that issued it is unknown',
  CERT_HAS_EXPIRED: 'certificate not trusted: it has expired',
  CERT_NOT_YET_VALID: 'certificate not trusted: it is not valid yet',
  CERT_REVOKED: 'certificate not trusted: it has been revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate not trusted: it belongs to another host',
}

/** Why a connection failed, in words that an administrator can act on. */
export function connectionReason(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return reasonOf(error)
  return plain[code] ?? `${reasonOf(error)} (${code})`
}

/** The system's code of an error; of several attempts (RFC 8305) the first one's. */
export function codeOf(error: unknown): string | undefined {
  const first = error instanceof AggregateError ? error.errors[0] : error
  const code = (first as NodeJS.ErrnoException | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
