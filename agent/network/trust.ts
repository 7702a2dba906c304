import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { reasonOf, StegError } from '../../shared/errors/error.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The certificates of a PEM file. @throws StegError `ca-unreadable` when there is none, or a damaged one. */
export function readCertificates(file: string, text: string): string[] {
  const found = text.match(CERTIFICATE) ?? []
  if (found.length === 0) throw new StegError('ca-unreadable', { file, reason: 'it holds no certificate' })
  try {
    for (const pem of found) new X509Certificate(pem)
  } catch (error) {
    throw new StegError('ca-unreadable', { file, reason: reasonOf(error) }, { cause: error })
  }
  return found
}

/** Whose certificate it is, as far as that fits into a line. */
export function nameOf(certificate: string): string {
  const { subject } = new X509Certificate(certificate)
  return /^(?:CN|O)=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ')
}

/** What Node trusts by itself, and these certificates in addition. */
export function trustAlso(certificates: readonly string[], extraFile: string | undefined): tls.SecureContext {
  return tls.createSecureContext({ ca: [...trustedByNode(extraFile), ...certificates] })
}

/** Node before 22.15 does not tell what it trusts: its own list and the file named by NODE_EXTRA_CA_CERTS. */
function trustedByNode(extraFile: string | undefined): readonly string[] {
  if (typeof tls.getCACertificates === 'function') return tls.getCACertificates('default')
  return [...tls.rootCertificates, ...(extraFile === undefined ? [] : [readFileSync(extraFile, 'utf8')])]
}
