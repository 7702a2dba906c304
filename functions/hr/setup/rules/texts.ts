/** What to do next in connecting a tenant to Sage. */
export const sageNext = {
  'set-variables': {
    title: { en: 'Tell Steg how to reach Sage', de: 'Zugang zu Sage eintragen' },
    detail: {
      en: 'These variables have no value yet: {names}.',
      de: 'Diese Variablen haben noch keinen Wert: {names}.',
    },
  },
  'check-connection': {
    title: { en: 'Check the connection to Sage', de: 'Verbindung zu Sage prüfen' },
    detail: {
      en: 'The last run of {job} could not use Sage with these variables. Check the connection and correct them.',
      de: 'Der letzte Lauf von {job} konnte Sage mit diesen Variablen nicht nutzen. Bitte die Verbindung prüfen und die Variablen berichtigen.',
    },
  },
  'install-agent': {
    title: { en: 'Install an agent', de: 'Agenten installieren' },
    detail: {
      en: 'No agent for Sage is enrolled. Create an access token and install the agent on the machine next to Sage.',
      de: 'Es ist kein Agent für Sage angemeldet. Bitte ein Zugangstoken erstellen und den Agenten auf dem Rechner neben Sage installieren.',
    },
  },
  'start-agent': {
    title: { en: 'Start the agent', de: 'Agenten starten' },
    detail: {
      en: 'The agent "{agent}" is enrolled and has never connected. Start its service on the machine next to Sage.',
      de: 'Der Agent „{agent}“ ist angemeldet und war noch nie verbunden. Bitte seinen Dienst auf dem Rechner neben Sage starten.',
    },
  },
  'reconnect-agent': {
    title: { en: 'Bring the agent back', de: 'Agenten wieder verbinden' },
    detail: {
      en: 'The agent "{agent}" is not connected. Check that its service runs and that the machine reaches the hub on port 443.',
      de: 'Der Agent „{agent}“ ist nicht verbunden. Bitte prüfen, ob sein Dienst läuft und der Rechner den Hub über Port 443 erreicht.',
    },
  },
  'set-schedule': {
    title: { en: 'Set a schedule', de: 'Zeitplan einrichten' },
    detail: {
      en: 'No job has a schedule. Give SysSageSync one, so that the data stays up to date by itself.',
      de: 'Kein Job hat einen Zeitplan. Bitte SysSageSync einen geben, damit die Daten von selbst aktuell bleiben.',
    },
  },
  'mend-job': {
    title: { en: 'Look at the failed job', de: 'Fehlgeschlagenen Job ansehen' },
    detail: {
      en: 'The last run of {job} failed. Its message says why and what to do.',
      de: 'Der letzte Lauf von {job} ist fehlgeschlagen. Seine Meldung sagt, warum und was zu tun ist.',
    },
  },
  'sync-people': {
    title: { en: 'Let the people come', de: 'Personen holen' },
    detail: {
      en: 'No people have come from Sage yet. Run SysSageSyncPersonen.',
      de: 'Aus Sage sind noch keine Personen gekommen. Bitte SysSageSyncPersonen ausführen.',
    },
  },
  'release-or-reject': {
    title: { en: 'Decide about a held run', de: 'Über angehaltenen Lauf entscheiden' },
    detail: {
      en: 'The last run of {job} would deactivate {count|# person|# people} and is held. Release it if that is right; if not, check Sage.',
      de: 'Der letzte Lauf von {job} würde {count|# Person|# Personen} deaktivieren und ist angehalten. Bitte freigeben, wenn das richtig ist; wenn nicht, Sage prüfen.',
    },
  },
} as const

export type SageNextCode = keyof typeof sageNext
