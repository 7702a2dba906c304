import { toIso } from '../../shared/clock.ts'
import { type ErrorCode, StegError } from '../../shared/errors/error.ts'
import { codeOf, connectionReason } from '../http/reason.ts'
import { proxyLabel } from './proxies.ts'
import { ProxyFault } from './tunnel.ts'

type CertificateProblem =
  | 'certificate-untrusted'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-wrong-host'

const certificates: Readonly<Record<string, CertificateProblem>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-untrusted',
  CERT_UNTRUSTED: 'certificate-untrusted',
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-wrong-host',
}

const SIGN_IN = 407

/**
 * What stands between this machine and a server (proxy, certificate, clock), as an error that says what to do;
 * `undefined` for every other failure. `now` by the machine's clock.
 */
export function networkProblem(error: unknown, url: URL, now: number): StegError | undefined {
  let current = error
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    if (current instanceof ProxyFault) return proxyProblem(current, url, now)
    const problem = certificates[codeOf(current) ?? '']
    if (problem !== undefined) return certificateProblem(problem, url.host, now, error)
    current = current.cause
  }
  return undefined
}

/** Whether a failure is one of those above; then its text says all there is to say. */
export function isNetworkProblem(code: ErrorCode): boolean {
  return code.startsWith('proxy-') || code.startsWith('certificate-')
}

function proxyProblem(fault: ProxyFault, url: URL, now: number): StegError {
  const proxy = proxyLabel(fault.proxy)
  const cause = { cause: fault }
  const certificate = certificates[codeOf(fault.cause) ?? '']
  if (certificate !== undefined) return certificateProblem(certificate, fault.proxy.host, now, fault)
  if (fault.status === undefined) {
    return new StegError('proxy-unreachable', { proxy, reason: connectionReason(fault.cause) }, cause)
  }
  if (fault.status === SIGN_IN) {
    return new StegError('proxy-sign-in', { proxy, methods: fault.methods.join(', ') || '–' }, cause)
  }
  return new StegError('proxy-refused', { proxy, status: fault.status, host: url.host }, cause)
}

function certificateProblem(code: CertificateProblem, host: string, now: number, cause: unknown): StegError {
  return new StegError(code, { host, clock: toIso(now) }, { cause })
}
