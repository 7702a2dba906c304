import type { ErrorEntry } from './entry.ts'

/** What stands between the agent's machine and the hub or its broker. */
export const networkErrors = {
  'proxy-invalid': {
    status: 400,
    retryable: false,
    title: { en: 'Proxy address invalid', de: 'Proxy-Adresse ungültig' },
    detail: {
      en: 'The address of the proxy is not one. Write it as http://host:port or http://user:password@host:port, with special characters percent-encoded, in "agent network --proxy" or HTTPS_PROXY.',
      de: 'Die Adresse des Proxys ist keine. Bitte als http://host:port oder http://benutzer:kennwort@host:port schreiben, Sonderzeichen prozentkodiert, in „agent network --proxy“ oder HTTPS_PROXY.',
    },
  },
  'proxy-unreachable': {
    status: 503,
    retryable: true,
    title: { en: 'Proxy not reachable', de: 'Proxy nicht erreichbar' },
    detail: {
      en: 'The proxy {proxy} cannot be reached: {reason}. Check its address (agent network --proxy, or HTTPS_PROXY) and that it runs.',
      de: 'Der Proxy {proxy} ist nicht erreichbar: {reason}. Bitte seine Adresse prüfen (agent network --proxy oder HTTPS_PROXY) und ob er läuft.',
    },
  },
  'proxy-sign-in': {
    status: 407,
    retryable: false,
    title: { en: 'Proxy asks for sign-in', de: 'Proxy verlangt Anmeldung' },
    detail: {
      en: 'The proxy {proxy} asks for a user and password, or does not accept those it got. Give them with agent network --proxy http://user:password@host:port. It offers: {methods}; the agent signs in with Basic.',
      de: 'Der Proxy {proxy} verlangt Benutzer und Kennwort oder nimmt die genannten nicht an. Bitte mit agent network --proxy http://benutzer:kennwort@host:port angeben. Er bietet an: {methods}; der Agent meldet sich mit Basic an.',
    },
  },
  'proxy-refused': {
    status: 502,
    retryable: true,
    title: { en: 'Proxy refuses the connection', de: 'Proxy lehnt die Verbindung ab' },
    detail: {
      en: 'The proxy {proxy} does not connect to {host} (status {status}). Have it allow CONNECT to {host}, for WebSockets as well.',
      de: 'Der Proxy {proxy} verbindet nicht mit {host} (Status {status}). Bitte dort CONNECT zu {host} erlauben, auch für WebSockets.',
    },
  },
  'certificate-untrusted': {
    status: 502,
    retryable: false,
    title: { en: 'Certificate not trusted', de: 'Zertifikat nicht vertrauenswürdig' },
    detail: {
      en: 'The certificate of {host} comes from an authority that this machine does not know. When a proxy or an own authority issues it, give its certificate as a PEM file: agent network --ca FILE (or NODE_EXTRA_CA_CERTS).',
      de: 'Das Zertifikat von {host} stammt von einer Stelle, die dieser Rechner nicht kennt. Stellt es ein Proxy oder eine eigene Stelle aus, bitte deren Zertifikat als PEM-Datei angeben: agent network --ca DATEI (oder NODE_EXTRA_CA_CERTS).',
    },
  },
  'certificate-expired': {
    status: 502,
    retryable: false,
    title: { en: 'Certificate expired', de: 'Zertifikat abgelaufen' },
    detail: {
      en: 'The certificate of {host} has expired. Have it renewed; if it is still valid, the clock of this machine is wrong (it shows {clock}): set it.',
      de: 'Das Zertifikat von {host} ist abgelaufen. Bitte erneuern lassen; gilt es noch, geht die Uhr dieses Rechners falsch (sie zeigt {clock}): bitte stellen.',
    },
  },
  'certificate-not-yet-valid': {
    status: 502,
    retryable: false,
    title: { en: 'Certificate not valid yet', de: 'Zertifikat noch nicht gültig' },
    detail: {
      en: 'The certificate of {host} is not valid yet: the clock of this machine is probably behind (it shows {clock}). Set it.',
      de: 'Das Zertifikat von {host} gilt noch nicht: Wahrscheinlich geht die Uhr dieses Rechners nach (sie zeigt {clock}). Bitte stellen.',
    },
  },
  'certificate-wrong-host': {
    status: 502,
    retryable: false,
    title: { en: 'Certificate of another server', de: 'Zertifikat eines anderen Servers' },
    detail: {
      en: 'Whoever answers as {host} shows the certificate of another server. Check the address, and whether a proxy or a sign-in page is in between.',
      de: 'Wer als {host} antwortet, zeigt das Zertifikat eines anderen Servers. Bitte die Adresse prüfen und ob ein Proxy oder eine Anmeldeseite dazwischen ist.',
    },
  },
  'ca-unreadable': {
    status: 400,
    retryable: false,
    title: { en: 'CA file unreadable', de: 'CA-Datei nicht lesbar' },
    detail: {
      en: 'The file {file} cannot be used as certificates of authorities: {reason}. It must be a PEM file ("BEGIN CERTIFICATE").',
      de: 'Die Datei {file} ist nicht als Zertifikate von Stellen verwendbar: {reason}. Es muss eine PEM-Datei sein („BEGIN CERTIFICATE“).',
    },
  },
} as const satisfies Record<string, ErrorEntry>
