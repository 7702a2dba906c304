import type { ErrorEntry } from './entry.ts'

/** Failures around secrets: master keys, accounts at other systems, sign-in there. */
export const credentialErrors = {
  'master-key-missing': {
    status: 500,
    retryable: false,
    title: { en: 'Master key missing', de: 'Hauptschlüssel fehlt' },
    detail: {
      en: 'The data want the master key {wanted}, and the hub was given {given}. Add the missing key to STEG_MASTER_KEY (locally: restore secrets.json of this data folder).',
      de: 'Die Daten verlangen den Hauptschlüssel {wanted}, dem Hub wurde aber {given} gegeben. Bitte den fehlenden Schlüssel in STEG_MASTER_KEY ergänzen (lokal: secrets.json dieses Datenordners wiederherstellen).',
    },
  },
  'master-key-wrong': {
    status: 500,
    retryable: false,
    title: { en: 'Wrong master key', de: 'Falscher Hauptschlüssel' },
    detail: {
      en: 'The master key {key} does not open what was wrapped by it. Give the hub the keys with which its data were written.',
      de: 'Der Hauptschlüssel {key} öffnet nicht, was mit ihm verschlossen wurde. Bitte dem Hub die Schlüssel geben, mit denen seine Daten geschrieben wurden.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
