import type { ErrorEntry } from './entry.ts'

/** Failures between hub and agent, and between agent and target. */
export const relayErrors = {
  'agent-missing': {
    status: 409,
    retryable: false,
    title: { en: 'No agent', de: 'Kein Agent' },
    detail: {
      en: 'No agent is enrolled that could do this. Create an access token and run "agent enrol" on the machine next to Sage.',
      de: 'Es ist kein Agent angemeldet, der das ausführen könnte. Bitte ein Zugangstoken erstellen und auf dem Rechner neben Sage „agent enrol“ ausführen.',
    },
  },
  'agent-offline': {
    status: 503,
    retryable: true,
    title: { en: 'Agent offline', de: 'Agent nicht verbunden' },
    detail: {
      en: 'The agent "{agent}" is not connected (last seen: {lastSeen}). Check that its service runs and that the machine reaches the hub on port 443.',
      de: 'Der Agent „{agent}“ ist nicht verbunden (zuletzt gesehen: {lastSeen}). Bitte prüfen, ob sein Dienst läuft und der Rechner den Hub über Port 443 erreicht.',
    },
  },
  'deadline-exceeded': {
    status: 504,
    retryable: true,
    title: { en: 'No answer in time', de: 'Keine Antwort in der Zeit' },
    detail: {
      en: 'There was no answer from "{target}" within {seconds|#} s. Try again; if it stays, check the load of that server.',
      de: 'Von „{target}“ kam innerhalb von {seconds|#} s keine Antwort. Bitte erneut versuchen; bleibt es dabei, die Auslastung des Servers prüfen.',
    },
  },
  'call-too-large': {
    status: 413,
    retryable: false,
    title: { en: 'Too large', de: 'Zu groß' },
    detail: {
      en: 'The {direction} takes {size|# byte|# bytes} or more; {limit|# byte is|# bytes are} allowed for this call. Ask for less at a time.',
      de: 'Die Nachricht ({direction}) benötigt {size|# Byte} oder mehr; für diesen Aufruf {limit|ist # Byte|sind # Byte} erlaubt. Bitte weniger auf einmal abfragen.',
    },
  },
  'target-size-limit': {
    status: 413,
    retryable: false,
    title: { en: 'Answer larger than the agent allows', de: 'Antwort größer, als der Agent erlaubt' },
    detail: {
      en: 'The answer of {target} has more than {megabytes} MB, the limit set on the machine of the agent. Ask for less at a time, or raise it there with "agent targets allow {target} --max-response-mb N".',
      de: 'Die Antwort von {target} hat mehr als {megabytes} MB; diese Grenze ist auf dem Rechner des Agenten gesetzt. Bitte weniger auf einmal abfragen oder sie dort anheben mit „agent targets allow {target} --max-response-mb N“.',
    },
  },
  'target-time-limit': {
    status: 504,
    retryable: true,
    title: { en: 'Target slower than the agent allows', de: 'Ziel langsamer, als der Agent erlaubt' },
    detail: {
      en: 'The call to {target} took more than {seconds|#} s, the limit set on the machine of the agent. Check the load of that server, or raise the limit there with "agent targets allow {target} --timeout-seconds N".',
      de: 'Der Aufruf von {target} dauerte länger als {seconds|#} s; diese Grenze ist auf dem Rechner des Agenten gesetzt. Bitte die Auslastung des Servers prüfen oder die Grenze dort anheben mit „agent targets allow {target} --timeout-seconds N“.',
    },
  },
  'message-invalid': {
    status: 502,
    retryable: false,
    title: { en: 'Message not understood', de: 'Nachricht nicht verstanden' },
    detail: {
      en: 'A message between hub and agent could not be read ({problem}). Hub and agent may be of different versions: update the agent.',
      de: 'Eine Nachricht zwischen Hub und Agent war nicht lesbar ({problem}). Hub und Agent haben vielleicht verschiedene Versionen: bitte den Agenten aktualisieren.',
    },
  },
  'agent-outdated': {
    status: 409,
    retryable: false,
    title: { en: 'Update the agent', de: 'Agent aktualisieren' },
    detail: {
      en: 'The agent "{agent}" is too old for this hub and must be updated: download it in the portal under Connectors › Add agent, put it in the place of the old one and restart its service. It stays enrolled. If it says the same again, revoke it and enrol it again in a new folder.',
      de: 'Der Agent „{agent}“ ist zu alt für diesen Hub und muss aktualisiert werden: bitte im Portal unter Konnektoren › Agent hinzufügen herunterladen, an die Stelle des alten legen und seinen Dienst neu starten. Er bleibt angemeldet. Meldet er danach dasselbe, bitte widerrufen und in einem neuen Ordner neu anmelden.',
    },
  },
  'form-unsupported': {
    status: 409,
    retryable: false,
    title: { en: 'The agent cannot do this', de: 'Der Agent kann das nicht' },
    detail: {
      en: 'The agent "{agent}" cannot make calls of the form "{form}". Update it, or choose an agent that can.',
      de: 'Der Agent „{agent}“ kann keine Aufrufe der Form „{form}“ ausführen. Bitte aktualisieren oder einen Agenten wählen, der es kann.',
    },
  },
  'secret-missing': {
    status: 409,
    retryable: false,
    title: { en: 'Secret missing on the machine of the agent', de: 'Geheimnis fehlt beim Agenten' },
    detail: {
      en: 'The agent keeps no secret named "{name}" for {url}. Set it on the machine of the agent: agent secrets set {name}',
      de: 'Der Agent hat kein Geheimnis namens „{name}“ für {url}. Bitte auf dem Rechner des Agenten setzen: agent secrets set {name}',
    },
  },
  'target-unknown': {
    status: 409,
    retryable: false,
    title: { en: 'Unknown target', de: 'Unbekanntes Ziel' },
    detail: {
      en: 'The agent knows no target named "{target}". Set its address in the variables, or allow it on the machine.',
      de: 'Der Agent kennt kein Ziel namens „{target}“. Bitte die Adresse in den Variablen setzen oder auf dem Rechner erlauben.',
    },
  },
  'target-not-allowed': {
    status: 409,
    retryable: false,
    title: { en: 'Target not allowed', de: 'Ziel nicht erlaubt' },
    detail: {
      en: 'The agent is pinned to {pinned} and does not call {asked}. Allow it on the machine: agent targets allow {asked}',
      de: 'Der Agent ist auf {pinned} festgelegt und ruft {asked} nicht auf. Bitte auf dem Rechner erlauben: agent targets allow {asked}',
    },
  },
  'request-refused': {
    status: 400,
    retryable: false,
    title: { en: 'Request refused by the agent', de: 'Vom Agenten abgelehnt' },
    detail: {
      en: 'The agent refused the request: {reason}.',
      de: 'Der Agent hat die Anfrage abgelehnt: {reason}.',
    },
  },
  'target-unreachable': {
    status: 502,
    retryable: true,
    title: { en: 'Server not reachable', de: 'Server nicht erreichbar' },
    detail: {
      en: 'The agent cannot reach {url}: {reason}. Check the address in the variables and that the server runs.',
      de: 'Der Agent erreicht {url} nicht: {reason}. Bitte die Adresse in den Variablen prüfen und ob der Server läuft.',
    },
  },
  'response-broken': {
    status: 502,
    retryable: true,
    title: { en: 'Answer cut off', de: 'Antwort abgebrochen' },
    detail: {
      en: 'The answer of {url} broke off before its end ({reason}).',
      de: 'Die Antwort von {url} brach vor dem Ende ab ({reason}).',
    },
  },
  'request-broken': {
    status: 502,
    retryable: true,
    title: { en: 'Request cut off', de: 'Anfrage abgebrochen' },
    detail: {
      en: 'What was to be sent to "{target}" broke off before its end ({reason}). Try again.',
      de: 'Was an „{target}“ gesendet werden sollte, brach vor dem Ende ab ({reason}). Bitte erneut versuchen.',
    },
  },
  'call-cancelled': {
    status: 503,
    retryable: true,
    title: { en: 'Call cancelled', de: 'Aufruf abgebrochen' },
    detail: {
      en: 'The call was cancelled before an answer came. Try again.',
      de: 'Der Aufruf wurde abgebrochen, bevor eine Antwort kam. Bitte erneut versuchen.',
    },
  },
  indeterminate: {
    status: 502,
    retryable: false,
    title: { en: 'Outcome unknown', de: 'Ergebnis unbekannt' },
    detail: {
      en: 'The agent was interrupted while it made the call; it may or may not have taken effect. Read back before repeating it.',
      de: 'Der Agent wurde während des Aufrufs unterbrochen; er kann gewirkt haben oder nicht. Vor einer Wiederholung bitte nachlesen.',
    },
  },
  'bus-unavailable': {
    status: 503,
    retryable: true,
    title: { en: 'Message broker unavailable', de: 'Nachrichtendienst nicht verfügbar' },
    detail: {
      en: 'The message broker does not answer ({reason}). Try again in a moment.',
      de: 'Der Nachrichtendienst antwortet nicht ({reason}). Bitte gleich noch einmal versuchen.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
