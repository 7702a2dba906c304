import type { ErrorEntry } from './entry.ts'

/** Failures that the agent's commands show on the machine they run on. */
export const agentErrors = {
  'not-enrolled': {
    status: 409,
    retryable: false,
    title: { en: 'Not enrolled', de: 'Nicht angemeldet' },
    detail: {
      en: 'There is no enrolled agent in {dir}. Run: agent enrol --hub URL --token MAT --dir {dir}',
      de: 'In {dir} ist kein Agent angemeldet. Bitte ausführen: agent enrol --hub URL --token MAT --dir {dir}',
    },
  },
  'already-enrolled': {
    status: 409,
    retryable: false,
    title: { en: 'Already enrolled', de: 'Bereits angemeldet' },
    detail: {
      en: 'The folder {dir} already holds agent "{agent}". Choose another folder, or revoke that agent and remove the folder.',
      de: 'Der Ordner {dir} enthält bereits den Agenten „{agent}“. Bitte einen anderen Ordner wählen oder jenen Agenten widerrufen und den Ordner entfernen.',
    },
  },
  'already-running': {
    status: 409,
    retryable: false,
    title: { en: 'Already running', de: 'Läuft bereits' },
    detail: {
      en: 'An agent already runs with the folder {dir}. Stop it first.',
      de: 'Mit dem Ordner {dir} läuft bereits ein Agent. Bitte diesen zuerst beenden.',
    },
  },
  'state-unreadable': {
    status: 500,
    retryable: false,
    title: { en: 'State folder unreadable', de: 'Zustandsordner nicht lesbar' },
    detail: {
      en: 'The file {file} cannot be read: {reason}. Restore it from a backup, or enrol again in a new folder.',
      de: 'Die Datei {file} ist nicht lesbar: {reason}. Bitte aus einer Sicherung wiederherstellen oder in einem neuen Ordner neu anmelden.',
    },
  },
  'state-unwritable': {
    status: 500,
    retryable: false,
    title: { en: 'State folder not writable', de: 'Zustandsordner nicht beschreibbar' },
    detail: {
      en: 'Nothing can be written to the folder {dir}: {reason}. Check its rights and the free space of the disk.',
      de: 'In den Ordner {dir} kann nicht geschrieben werden: {reason}. Bitte seine Rechte und den freien Platz prüfen.',
    },
  },
  'hub-unreachable': {
    status: 503,
    retryable: true,
    title: { en: 'Hub not reachable', de: 'Hub nicht erreichbar' },
    detail: {
      en: 'The hub at {hub} cannot be reached: {reason}. Check the address and that the machine may open HTTPS connections to it.',
      de: 'Der Hub unter {hub} ist nicht erreichbar: {reason}. Bitte die Adresse prüfen und ob der Rechner HTTPS-Verbindungen dorthin öffnen darf.',
    },
  },
  'secret-empty': {
    status: 400,
    retryable: false,
    title: { en: 'No password', de: 'Kein Passwort' },
    detail: {
      en: 'There is no password on standard input. Pipe it into the command, or type it and end the line.',
      de: 'Auf der Standardeingabe steht kein Passwort. Bitte in den Befehl leiten oder eingeben und die Zeile beenden.',
    },
  },
  'secret-unknown': {
    status: 404,
    retryable: false,
    title: { en: 'Unknown secret', de: 'Unbekanntes Geheimnis' },
    detail: {
      en: 'There is no secret named "{name}" in this folder. "agent secrets list" shows which there are.',
      de: 'In diesem Ordner gibt es kein Geheimnis namens „{name}“. „agent secrets list“ zeigt, welche es gibt.',
    },
  },
  'hub-outdated': {
    status: 409,
    retryable: false,
    title: { en: 'Hub too old', de: 'Hub zu alt' },
    detail: {
      en: 'The hub at {hub} is older than this agent and does not understand it. Update the hub, or use the agent that this hub gives out (portal: Connectors › Add agent).',
      de: 'Der Hub unter {hub} ist älter als dieser Agent und versteht ihn nicht. Bitte den Hub aktualisieren oder den Agenten verwenden, den dieser Hub ausgibt (Portal: Konnektoren › Agent hinzufügen).',
    },
  },
  'hub-refused': {
    status: 502,
    retryable: false,
    title: { en: 'Hub refuses', de: 'Hub lehnt ab' },
    detail: {
      en: 'The hub at {hub} answered with status {status}: {reason}',
      de: 'Der Hub unter {hub} antwortete mit Status {status}: {reason}',
    },
  },
} as const satisfies Record<string, ErrorEntry>
