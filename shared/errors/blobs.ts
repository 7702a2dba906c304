import type { ErrorEntry } from './entry.ts'

/** Failures of the storage for contents of any size. */
export const blobErrors = {
  'blob-not-found': {
    status: 404,
    retryable: false,
    title: { en: 'Content not found', de: 'Inhalt nicht gefunden' },
    detail: {
      en: 'There is no content "{name}" any more. Perhaps it was deleted; read the list again.',
      de: 'Den Inhalt „{name}“ gibt es nicht mehr. Vielleicht wurde er gelöscht; bitte die Liste neu lesen.',
    },
  },
  'blob-name-invalid': {
    status: 400,
    retryable: false,
    title: { en: 'Name not possible', de: 'Name nicht möglich' },
    detail: {
      en: 'A content cannot have this name ({problem}). Choose another one.',
      de: 'So kann ein Inhalt nicht heißen ({problem}). Bitte einen anderen Namen wählen.',
    },
  },
  'blob-damaged': {
    status: 500,
    retryable: false,
    title: { en: 'Content damaged', de: 'Inhalt beschädigt' },
    detail: {
      en: 'The content "{name}" is not what was stored. Restore it from a backup, or have it made again.',
      de: 'Der Inhalt „{name}“ ist nicht mehr der, der gespeichert wurde. Bitte aus einer Sicherung wiederherstellen oder neu erzeugen lassen.',
    },
  },
  'storage-full': {
    status: 507,
    retryable: true,
    title: { en: 'Storage full', de: 'Speicher voll' },
    detail: {
      en: 'There is no room left to store this. Whoever runs Steg makes room on the disk; then try again.',
      de: 'Zum Speichern ist kein Platz mehr. Wer Steg betreibt, muss auf dem Datenträger Platz schaffen; danach bitte erneut versuchen.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
