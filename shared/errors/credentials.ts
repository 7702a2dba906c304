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
  'credentials-missing': {
    status: 409,
    retryable: false,
    title: { en: 'No credentials', de: 'Keine Zugangsdaten' },
    detail: {
      en: 'No credentials are stored for "{account}". Enter them, or sign in.',
      de: 'Für „{account}“ sind keine Zugangsdaten hinterlegt. Bitte eintragen oder anmelden.',
    },
  },
  'credentials-refused': {
    status: 409,
    retryable: false,
    title: { en: 'Sign-in refused', de: 'Anmeldung abgelehnt' },
    detail: {
      en: 'The other system does not accept the credentials of "{account}" ({refusals} of {limit} attempts). Correct user name and password; after the last attempt it is stopped.',
      de: 'Die Gegenseite nimmt die Zugangsdaten von „{account}“ nicht an ({refusals} von {limit} Versuchen). Bitte Benutzername und Passwort berichtigen; nach dem letzten Versuch wird angehalten.',
    },
  },
  'credentials-locked': {
    status: 409,
    retryable: false,
    title: { en: 'Stopped after refused sign-ins', de: 'Nach abgelehnten Anmeldungen angehalten' },
    detail: {
      en: 'The credentials of "{account}" were refused {refusals} times, so nothing is tried any more. Enter the right ones, or let it go on.',
      de: 'Die Zugangsdaten von „{account}“ wurden {refusals} Mal abgelehnt; es wird nicht weiter versucht. Bitte die richtigen eintragen oder wieder freigeben.',
    },
  },
  'credentials-consent-missing': {
    status: 409,
    retryable: false,
    title: { en: 'Consent missing', de: 'Zustimmung fehlt' },
    detail: {
      en: 'The other system asks for a consent for "{account}" that was not given. Let its administrator give it, then let the account go on.',
      de: 'Die Gegenseite verlangt für „{account}“ eine Zustimmung, die nicht erteilt wurde. Bitte vom dortigen Administrator erteilen lassen und das Konto dann freigeben.',
    },
  },
  'credentials-expired': {
    status: 409,
    retryable: false,
    title: { en: 'Sign-in has ended', de: 'Anmeldung abgelaufen' },
    detail: {
      en: 'The sign-in of "{account}" has ended or was revoked. Sign in again.',
      de: 'Die Anmeldung von „{account}“ ist abgelaufen oder wurde widerrufen. Bitte neu anmelden.',
    },
  },
  'credentials-answer-lost': {
    status: 409,
    retryable: false,
    title: { en: 'Sign-in was interrupted', de: 'Anmeldung wurde unterbrochen' },
    detail: {
      en: 'The answer with the new token of "{account}" was lost on its way, and the provider does not accept the old one any more. Sign in again.',
      de: 'Die Antwort mit dem neuen Token von „{account}“ ging unterwegs verloren, und der Anbieter nimmt das alte nicht mehr an. Bitte neu anmelden.',
    },
  },
  'credentials-application-refused': {
    status: 409,
    retryable: false,
    title: { en: 'Application refused', de: 'Anwendung abgelehnt' },
    detail: {
      en: 'The provider does not accept the application of "{account}". Check its id and its secret or certificate.',
      de: 'Der Anbieter nimmt die Anwendung von „{account}“ nicht an. Bitte ihre Kennung und ihr Geheimnis oder Zertifikat prüfen.',
    },
  },
  'credentials-switched-off': {
    status: 409,
    retryable: false,
    title: { en: 'Account switched off', de: 'Konto ausgeschaltet' },
    detail: {
      en: '"{account}" is switched off. Switch it on to go on.',
      de: '„{account}“ ist ausgeschaltet. Zum Weitermachen bitte einschalten.',
    },
  },
  'credentials-busy': {
    status: 503,
    retryable: true,
    title: { en: 'Sign-in under way', de: 'Anmeldung läuft' },
    detail: {
      en: 'Another process is just signing in "{account}". Try again in a minute.',
      de: 'Ein anderer Vorgang meldet „{account}“ gerade an. Bitte in einer Minute erneut versuchen.',
    },
  },
  'sign-in-unavailable': {
    status: 503,
    retryable: true,
    title: { en: 'Sign-in service unavailable', de: 'Anmeldedienst nicht verfügbar' },
    detail: {
      en: 'The sign-in service of "{account}" does not answer or asks for patience. It is tried again in {seconds} seconds; nothing has to be changed.',
      de: 'Der Anmeldedienst von „{account}“ antwortet nicht oder bittet um Geduld. In {seconds} Sekunden wird es erneut versucht; es muss nichts geändert werden.',
    },
  },
  'entra-consent-missing': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: consent missing', de: 'Microsoft: Zustimmung fehlt' },
    detail: {
      en: 'Nobody has consented that the application may act for "{account}", or only an administrator may (AADSTS{number}). Let an administrator of the directory open the consent link.',
      de: 'Niemand hat zugestimmt, dass die Anwendung für „{account}“ handeln darf, oder nur ein Administrator darf es (AADSTS{number}). Bitte einen Administrator des Verzeichnisses den Link zur Zustimmung öffnen lassen.',
    },
  },
  'entra-more-proof-needed': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: more proof wanted', de: 'Microsoft: weiterer Nachweis verlangt' },
    detail: {
      en: 'Multi-factor authentication or Conditional Access stops the sign-in of "{account}" (AADSTS{number}). Sign in again, or exempt the application from that policy.',
      de: 'Mehrstufige Anmeldung oder bedingter Zugriff hält die Anmeldung von „{account}“ auf (AADSTS{number}). Bitte neu anmelden oder die Anwendung von der Richtlinie ausnehmen.',
    },
  },
  'entra-user-unassigned': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: user not assigned', de: 'Microsoft: Benutzer nicht zugewiesen' },
    detail: {
      en: 'The user of "{account}" is not assigned to the application (AADSTS{number}). Assign the user under Enterprise applications, or switch off that assignment is required.',
      de: 'Der Benutzer von „{account}“ ist der Anwendung nicht zugewiesen (AADSTS{number}). Bitte unter „Unternehmensanwendungen“ zuweisen oder die Pflicht zur Zuweisung abschalten.',
    },
  },
  'entra-account-unusable': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: account unusable', de: 'Microsoft: Konto nicht nutzbar' },
    detail: {
      en: 'The user of "{account}" is disabled, locked or unknown in the directory (AADSTS{number}). Enable or unlock the user, or enter another one.',
      de: 'Der Benutzer von „{account}“ ist im Verzeichnis deaktiviert, gesperrt oder unbekannt (AADSTS{number}). Bitte aktivieren, entsperren oder einen anderen eintragen.',
    },
  },
  'entra-password-wrong': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: wrong password', de: 'Microsoft: falsches Passwort' },
    detail: {
      en: 'User name or password of "{account}" is wrong (AADSTS{number}). Enter the right ones.',
      de: 'Benutzername oder Passwort von „{account}“ ist falsch (AADSTS{number}). Bitte die richtigen eintragen.',
    },
  },
  'entra-password-expired': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: password expired', de: 'Microsoft: Passwort abgelaufen' },
    detail: {
      en: 'The password of "{account}" has expired (AADSTS{number}). Change it at Microsoft and enter the new one.',
      de: 'Das Passwort von „{account}“ ist abgelaufen (AADSTS{number}). Bitte bei Microsoft ändern und das neue eintragen.',
    },
  },
  'entra-application-unusable': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: application unusable', de: 'Microsoft: Anwendung nicht nutzbar' },
    detail: {
      en: 'The application of "{account}" is unknown in the directory or switched off there (AADSTS{number}). Check its id; if it is right, let an administrator consent to it or switch it on.',
      de: 'Die Anwendung von „{account}“ ist im Verzeichnis unbekannt oder dort abgeschaltet (AADSTS{number}). Bitte ihre Kennung prüfen; stimmt sie, von einem Administrator zustimmen oder einschalten lassen.',
    },
  },
  'entra-directory-unknown': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: directory unknown', de: 'Microsoft: Verzeichnis unbekannt' },
    detail: {
      en: 'Microsoft does not know the directory (tenant) of "{account}" (AADSTS{number}). Check its id or domain name.',
      de: 'Microsoft kennt das Verzeichnis (Tenant) von „{account}“ nicht (AADSTS{number}). Bitte Kennung oder Domänennamen prüfen.',
    },
  },
  'entra-secret-wrong': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: wrong client secret', de: 'Microsoft: falscher geheimer Schlüssel' },
    detail: {
      en: 'The client secret of "{account}" is wrong (AADSTS{number}). Often the id of the secret was copied: enter its value.',
      de: 'Der geheime Clientschlüssel von „{account}“ ist falsch (AADSTS{number}). Oft wurde die Kennung statt des Werts kopiert: bitte den Wert eintragen.',
    },
  },
  'entra-secret-expired': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: client secret expired', de: 'Microsoft: geheimer Schlüssel abgelaufen' },
    detail: {
      en: 'The client secret of "{account}" has expired (AADSTS{number}). Create a new one at the app registration and enter its value and end.',
      de: 'Der geheime Clientschlüssel von „{account}“ ist abgelaufen (AADSTS{number}). Bitte bei der App-Registrierung einen neuen erstellen und Wert und Ablauf eintragen.',
    },
  },
  'entra-certificate-refused': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: certificate refused', de: 'Microsoft: Zertifikat abgelehnt' },
    detail: {
      en: 'Microsoft does not accept the certificate or the proof of "{account}" (AADSTS{number}). Check that it is uploaded at the app registration, that it is still valid, and the clock of this system.',
      de: 'Microsoft nimmt das Zertifikat oder den Nachweis von „{account}“ nicht an (AADSTS{number}). Bitte prüfen, ob es bei der App-Registrierung hinterlegt und noch gültig ist, und die Uhr dieses Systems.',
    },
  },
  'entra-request-refused': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: sign-in not understood', de: 'Microsoft: Anmeldung nicht verstanden' },
    detail: {
      en: 'Microsoft did not take the sign-in of "{account}" as it was asked for (AADSTS{number}). Check the redirect address at the app registration, then sign in again.',
      de: 'Microsoft hat die Anmeldung von „{account}“ so nicht angenommen (AADSTS{number}). Bitte die Umleitungsadresse bei der App-Registrierung prüfen und neu anmelden.',
    },
  },
  'entra-sign-in-ended': {
    status: 409,
    retryable: false,
    title: { en: 'Microsoft: sign-in has ended', de: 'Microsoft: Anmeldung abgelaufen' },
    detail: {
      en: 'The sign-in of "{account}" at Microsoft has ended: not used for long, password changed, or by a policy (AADSTS{number}). Sign in again.',
      de: 'Die Anmeldung von „{account}“ bei Microsoft ist beendet: lange nicht benutzt, Passwort geändert oder durch eine Richtlinie (AADSTS{number}). Bitte neu anmelden.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
