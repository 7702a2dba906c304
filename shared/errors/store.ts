import type { ErrorEntry } from './entry.ts'

/** Failures that the store port reports. They are the store's contract, the same for every adapter. */
export const storeErrors = {
  'store-conflict': {
    status: 412,
    retryable: true,
    title: { en: 'Changed in the meantime', de: 'Zwischenzeitlich geändert' },
    detail: {
      en: 'Somebody else changed "{key}" at the same moment. Read it again and repeat the change.',
      de: 'Jemand anderes hat „{key}“ im selben Moment geändert. Bitte neu lesen und die Änderung wiederholen.',
    },
  },
  'store-limit': {
    status: 413,
    retryable: false,
    title: { en: 'Too large to store', de: 'Zu groß zum Speichern' },
    detail: {
      en: 'What should be stored is over a limit of the storage: {limit}. Make it smaller.',
      de: 'Was gespeichert werden soll, überschreitet eine Grenze des Speichers: {limit}. Bitte verkleinern.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
