/** What kept a connection from coming about, so that the hub can say what to do about it. */
export type ConnectionFault =
  | 'host-unknown'
  | 'refused'
  | 'no-connection'
  | 'no-tls'
  | 'certificate-untrusted'
  | 'certificate-date'
  | 'certificate-host'

interface Entry {
  readonly fault: ConnectionFault
  /** As agents report it; part of what is on the wire, so it does not change. */
  readonly reason: string
}

const closed: Entry = { fault: 'no-connection', reason: 'connection closed by the server' }
const noTls: Entry = { fault: 'no-tls', reason: 'the server does not speak TLS on this port' }
const unknownAuthority: Entry = {
  fault: 'certificate-untrusted',
  reason: 'certificate not trusted: the authority that issued it is unknown',
}

/** By the system's code of the error. */
const entries: Readonly<Record<string, Entry>> = {
  ECONNREFUSED: { fault: 'refused', reason: 'connection refused' },
  ECONNRESET: closed,
  ECONNABORTED: { fault: 'no-connection', reason: 'connection aborted' },
  EPIPE: closed,
  ENOTFOUND: { fault: 'host-unknown', reason: 'host name unknown' },
  EAI_AGAIN: { fault: 'host-unknown', reason: 'host name cannot be resolved at the moment' },
  ETIMEDOUT: { fault: 'no-connection', reason: 'no connection within the time' },
  EHOSTUNREACH: { fault: 'no-connection', reason: 'no route to the host' },
  ENETUNREACH: { fault: 'no-connection', reason: 'no route to the network' },
  EADDRNOTAVAIL: { fault: 'no-connection', reason: 'no connection possible from this machine' },
  EPROTO: noTls,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    fault: 'certificate-untrusted',
    reason: 'certificate not trusted: it is self-signed',
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    fault: 'certificate-untrusted',
    reason: 'certificate not trusted: its chain ends in an unknown authority',
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  CERT_HAS_EXPIRED: { fault: 'certificate-date', reason: 'certificate not trusted: it has expired' },
  CERT_NOT_YET_VALID: { fault: 'certificate-date', reason: 'certificate not trusted: it is not valid yet' },
  CERT_REVOKED: { fault: 'certificate-untrusted', reason: 'certificate not trusted: it has been revoked' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    fault: 'certificate-host',
    reason: 'certificate not trusted: it belongs to another host',
  },
}

/** The reason in words for a system's code, undefined for one that has none. */
export function reasonOfCode(code: string): string | undefined {
  return entries[code]?.reason
}

/** What a reported reason is about, undefined for one that is not in the list. */
export function faultOfReason(reason: string): ConnectionFault | undefined {
  return Object.values(entries).find((entry) => entry.reason === reason)?.fault
}
