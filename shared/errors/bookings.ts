import type { ErrorEntry } from './entry.ts'

/** What can be wrong with one time booking. */
export const bookingErrors = {
  'booking-invalid': {
    status: 400,
    retryable: false,
    title: { en: 'Invalid booking', de: 'Ungültige Buchung' },
    detail: {
      en: 'The booking does not have the expected form: {problem}. It was not kept; correct it and send it again.',
      de: 'Die Buchung hat nicht die erwartete Form: {problem}. Sie wurde nicht aufgenommen; bitte korrigieren und erneut senden.',
    },
  },
  'booking-conflict': {
    status: 409,
    retryable: false,
    title: { en: 'Booking id already used', de: 'Buchungsnummer schon vergeben' },
    detail: {
      en: 'A booking with the id "{id}" and other content was accepted before; that one stays. Give every booking an id of its own.',
      de: 'Eine Buchung mit der Nummer „{id}“ und anderem Inhalt wurde schon angenommen; diese bleibt. Bitte jeder Buchung eine eigene Nummer geben.',
    },
  },
  'person-unknown': {
    status: 409,
    retryable: true,
    title: { en: 'Unknown person', de: 'Unbekannte Person' },
    detail: {
      en: 'There is no person with the external token "{token}". The booking is kept and goes on by itself once the person has come from Sage.',
      de: 'Es gibt keine Person mit dem externen Token „{token}“. Die Buchung bleibt erhalten und läuft von selbst weiter, sobald die Person aus Sage gekommen ist.',
    },
  },
  'person-inactive': {
    status: 409,
    retryable: true,
    title: { en: 'Inactive person', de: 'Inaktive Person' },
    detail: {
      en: 'The person with the external token "{token}" is not active. The booking is kept and goes on by itself once Sage shows the person as active.',
      de: 'Die Person mit dem externen Token „{token}“ ist nicht aktiv. Die Buchung bleibt erhalten und läuft von selbst weiter, sobald Sage die Person als aktiv führt.',
    },
  },
  'booking-refused': {
    status: 502,
    retryable: false,
    title: { en: 'Sage refuses the booking', de: 'Sage lehnt die Buchung ab' },
    detail: {
      en: 'Sage did not take the booking (status {status}): {reason} Mend the cause and retry the booking, or dismiss it.',
      de: 'Sage hat die Buchung nicht angenommen (Status {status}): {reason} Bitte die Ursache beheben und die Buchung wiederholen oder verwerfen.',
    },
  },
  'booking-doubtful': {
    status: 502,
    retryable: true,
    title: { en: 'Not known yet whether Sage has it', de: 'Noch nicht bekannt, ob Sage sie hat' },
    detail: {
      en: 'No clear answer came from Sage ({reason}). Steg reads back before it sends anything again; later bookings of this person wait.',
      de: 'Von Sage kam keine klare Antwort ({reason}). Steg liest nach, bevor erneut etwas gesendet wird; spätere Buchungen dieser Person warten.',
    },
  },
  'booking-given-up': {
    status: 502,
    retryable: false,
    title: { en: 'Booking given up', de: 'Buchung aufgegeben' },
    detail: {
      en: 'Sage does not have the booking after {attempts|# attempt|# attempts}. Check Sage and retry the booking, or dismiss it.',
      de: 'Nach {attempts|# Versuch|# Versuchen} hat Sage die Buchung nicht. Bitte Sage prüfen und die Buchung wiederholen oder verwerfen.',
    },
  },
  'booking-state': {
    status: 409,
    retryable: false,
    title: { en: 'Not possible in this state', de: 'In diesem Zustand nicht möglich' },
    detail: {
      en: 'The booking "{id}" is {state}; this cannot be done with it now.',
      de: 'Die Buchung „{id}“ ist im Zustand {state}; das ist damit jetzt nicht möglich.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
