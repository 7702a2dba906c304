import type { ErrorEntry } from './entry.ts'

/** Failures of the Sage HR portal API, as an admin can act on them. */
export const sageErrors = {
  'sage-sign-in-rejected': {
    status: 409,
    retryable: false,
    title: { en: 'Sage rejects the sign-in', de: 'Sage lehnt die Anmeldung ab' },
    detail: {
      en: 'Sage does not accept user "{user}" with the stored password. Correct Mandant.Sage.Username or Mandant.Sage.Password.',
      de: 'Sage nimmt den Benutzer „{user}“ mit dem hinterlegten Passwort nicht an. Bitte Mandant.Sage.Username oder Mandant.Sage.Password berichtigen.',
    },
  },
  'sage-session-lost': {
    status: 502,
    retryable: true,
    title: { en: 'Sage session lost', de: 'Sage-Sitzung verloren' },
    detail: {
      en: 'Sage ended the session again right after a new sign-in. Check that nobody else signs in with the same user and that the application pool is stable.',
      de: 'Sage hat die Sitzung gleich nach der neuen Anmeldung wieder beendet. Bitte prüfen, ob sich sonst jemand mit demselben Benutzer anmeldet und ob der Anwendungspool stabil läuft.',
    },
  },
  'sage-not-json': {
    status: 502,
    retryable: true,
    title: { en: 'Sage answers with a web page', de: 'Sage antwortet mit einer Webseite' },
    detail: {
      en: '{path} answered with {kind} instead of data. Check Mandant.Sage.BaseUrl: it must end in the path of the API, usually /hrportalapi.',
      de: '{path} antwortete mit {kind} statt mit Daten. Bitte Mandant.Sage.BaseUrl prüfen: sie muss auf den Pfad der API enden, meist /hrportalapi.',
    },
  },
  'sage-unexpected-data': {
    status: 502,
    retryable: false,
    title: { en: 'Unexpected data from Sage', de: 'Unerwartete Daten von Sage' },
    detail: {
      en: '{path} answered with data of another form: {problem}. If this installation uses other names, adjust the Sage profile.',
      de: '{path} antwortete mit Daten anderer Form: {problem}. Verwendet diese Installation andere Namen, bitte das Sage-Profil anpassen.',
    },
  },
  'sage-unavailable': {
    status: 503,
    retryable: true,
    title: { en: 'Sage unavailable', de: 'Sage nicht verfügbar' },
    detail: {
      en: 'Sage answered {path} with status {status}, also when asked again. Try again later; if it stays, check the application pool.',
      de: 'Sage beantwortete {path} auch nach Wiederholung mit Status {status}. Bitte später erneut versuchen; bleibt es dabei, den Anwendungspool prüfen.',
    },
  },
  'sage-refused': {
    status: 502,
    retryable: false,
    title: { en: 'Sage refuses the request', de: 'Sage lehnt die Anfrage ab' },
    detail: {
      en: 'Sage answered {path} with status {status}. Check the rights of the Sage user and the Sage profile.',
      de: 'Sage beantwortete {path} mit Status {status}. Bitte die Rechte des Sage-Benutzers und das Sage-Profil prüfen.',
    },
  },
  'sage-list-unstable': {
    status: 503,
    retryable: true,
    title: { en: 'List changed while being read', de: 'Liste änderte sich beim Lesen' },
    detail: {
      en: '{path} changed each {attempts|time|of the # times} it was read; nothing was written. Try again when nobody is editing in Sage.',
      de: '{path} änderte sich bei jedem {attempts|Leseversuch|der # Leseversuche}; es wurde nichts geschrieben. Bitte erneut versuchen, wenn in Sage niemand arbeitet.',
    },
  },
  'sage-list-too-long': {
    status: 502,
    retryable: false,
    title: { en: 'List too long', de: 'Liste zu lang' },
    detail: {
      en: '{path} announces {count|# entry|# entries}; at most {limit} are taken. Nothing was written. Check that Mandant.Sage.BaseUrl leads to Sage, and the names of the list in the Sage profile.',
      de: '{path} kündigt {count|# Eintrag|# Einträge} an; höchstens {limit} werden übernommen. Es wurde nichts geschrieben. Bitte prüfen, ob Mandant.Sage.BaseUrl zu Sage führt und ob die Namen der Liste im Sage-Profil stimmen.',
    },
  },
  'sage-database-needed': {
    status: 409,
    retryable: false,
    title: { en: 'Choose a Sage database', de: 'Sage-Datenbank wählen' },
    detail: {
      en: 'Sage offers several databases ({names}). Choose one in the portal under Variables, or set Mandant.Sage.WebApiDatabaseConnection to a key from GET /api/v1/sage/databases. While that variable is not offered, ask the operator to unlock it.',
      de: 'Sage bietet mehrere Datenbanken an ({names}). Bitte eine im Portal unter „Variablen“ wählen oder Mandant.Sage.WebApiDatabaseConnection auf einen Schlüssel aus GET /api/v1/sage/databases setzen. Wird diese Variable nicht angeboten, muss der Betreiber sie freigeben.',
    },
  },
  'sage-database-unknown': {
    status: 409,
    retryable: false,
    title: { en: 'Unknown Sage database', de: 'Unbekannte Sage-Datenbank' },
    detail: {
      en: 'Sage offers no database with the key "{key}". Choose one in the portal under Variables, or one of those that GET /api/v1/sage/databases lists: {names}.',
      de: 'Sage bietet keine Datenbank mit dem Schlüssel „{key}“ an. Bitte eine im Portal unter „Variablen“ oder aus GET /api/v1/sage/databases wählen: {names}.',
    },
  },
  'sage-host-unknown': {
    status: 409,
    retryable: false,
    title: { en: 'Host name unknown', de: 'Rechnername unbekannt' },
    detail: {
      en: 'The machine of the agent does not know the name "{host}". Check Mandant.Sage.BaseUrl; if the name is right, check the name resolution (DNS) of that machine.',
      de: 'Der Rechner des Agenten kennt den Namen „{host}“ nicht. Bitte Mandant.Sage.BaseUrl prüfen; stimmt der Name, die Namensauflösung (DNS) dieses Rechners.',
    },
  },
  'sage-connection-refused': {
    status: 409,
    retryable: true,
    title: { en: 'Connection refused', de: 'Verbindung abgelehnt' },
    detail: {
      en: 'At {origin} no service takes connections. Check the port in Mandant.Sage.BaseUrl and that the web server (IIS) of Sage runs.',
      de: 'Unter {origin} nimmt kein Dienst Verbindungen an. Bitte den Port in Mandant.Sage.BaseUrl prüfen und ob der Webserver (IIS) von Sage läuft.',
    },
  },
  'sage-no-connection': {
    status: 409,
    retryable: true,
    title: { en: 'No connection to Sage', de: 'Keine Verbindung zu Sage' },
    detail: {
      en: 'The machine of the agent gets no connection to {origin}. Check the address in Mandant.Sage.BaseUrl, the network between the two machines, and its firewall.',
      de: 'Der Rechner des Agenten bekommt keine Verbindung zu {origin}. Bitte die Adresse in Mandant.Sage.BaseUrl prüfen, das Netz zwischen den beiden Rechnern und dessen Firewall.',
    },
  },
  'sage-no-tls': {
    status: 409,
    retryable: false,
    title: { en: 'No TLS on this port', de: 'Kein TLS auf diesem Port' },
    detail: {
      en: 'The server at {origin} does not speak TLS on this port. Use http:// in Mandant.Sage.BaseUrl, or the port at which Sage answers with https.',
      de: 'Der Server unter {origin} spricht auf diesem Port kein TLS. Bitte in Mandant.Sage.BaseUrl http:// verwenden oder den Port, unter dem Sage mit https antwortet.',
    },
  },
  'sage-certificate-untrusted': {
    status: 409,
    retryable: false,
    title: { en: 'Certificate not trusted', de: 'Zertifikat nicht vertrauenswürdig' },
    detail: {
      en: 'The machine of the agent does not trust the certificate of {origin}: it is self-signed, revoked, or issued by an unknown authority. Trust the issuing authority on that machine, or give Sage a certificate from a known one.',
      de: 'Der Rechner des Agenten vertraut dem Zertifikat von {origin} nicht: Es ist selbst signiert, widerrufen oder von einer unbekannten Stelle ausgestellt. Bitte der ausstellenden Stelle auf diesem Rechner vertrauen oder Sage ein Zertifikat einer bekannten Stelle geben.',
    },
  },
  'sage-certificate-date': {
    status: 409,
    retryable: false,
    title: { en: 'Certificate not valid today', de: 'Zertifikat heute nicht gültig' },
    detail: {
      en: 'The certificate of {origin} has expired or is not valid yet. Renew it, and check the clock of the machine of the agent.',
      de: 'Das Zertifikat von {origin} ist abgelaufen oder noch nicht gültig. Bitte erneuern und die Uhr des Rechners prüfen, auf dem der Agent läuft.',
    },
  },
  'sage-certificate-host': {
    status: 409,
    retryable: false,
    title: { en: 'Certificate of another host', de: 'Zertifikat eines anderen Rechners' },
    detail: {
      en: 'The certificate that {origin} shows belongs to another host name. Use the name from the certificate in Mandant.Sage.BaseUrl.',
      de: 'Das Zertifikat, das {origin} vorlegt, gehört zu einem anderen Rechnernamen. Bitte in Mandant.Sage.BaseUrl den Namen aus dem Zertifikat verwenden.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
