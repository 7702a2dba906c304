import type { ErrorEntry } from './entry.ts'

/** Failures around users, sign-in and mail. What a stranger is told never says whether an account exists. */
export const accountErrors = {
  'sign-in-refused': {
    status: 401,
    retryable: false,
    title: { en: 'Sign-in refused', de: 'Anmeldung abgelehnt' },
    detail: {
      en: 'The e-mail address or the password is wrong. Check both; "Forgotten password" sends a link for a new one.',
      de: 'E-Mail-Adresse oder Passwort ist falsch. Bitte beides prüfen; „Passwort vergessen“ schickt einen Link für ein neues.',
    },
  },
  'sign-in-delayed': {
    status: 429,
    retryable: true,
    title: { en: 'Too many attempts', de: 'Zu viele Versuche' },
    detail: {
      en: 'There have been too many attempts that failed. Wait {seconds|# second|# seconds} and try again, or use "Forgotten password".',
      de: 'Es gab zu viele Fehlversuche. Bitte {seconds|# Sekunde|# Sekunden} warten und erneut versuchen oder „Passwort vergessen“ verwenden.',
    },
  },
  'account-locked': {
    status: 403,
    retryable: false,
    title: { en: 'Account locked', de: 'Konto gesperrt' },
    detail: {
      en: 'This account has been locked by an admin. Ask an admin of your company to unlock it.',
      de: 'Dieses Konto wurde von einem Admin gesperrt. Bitte einen Admin Ihrer Firma um Freigabe bitten.',
    },
  },
  'password-too-short': {
    status: 400,
    retryable: false,
    title: { en: 'Password too short', de: 'Passwort zu kurz' },
    detail: {
      en: 'A password needs at least {least|# character|# characters}. Several words that do not belong together are easy to remember.',
      de: 'Ein Passwort braucht mindestens {least|# Zeichen}. Mehrere Wörter, die nichts miteinander zu tun haben, merkt man sich leicht.',
    },
  },
  'password-too-common': {
    status: 400,
    retryable: false,
    title: { en: 'Password too easy to guess', de: 'Passwort zu leicht zu erraten' },
    detail: {
      en: 'This password is among the first that somebody would try. Choose several words that do not belong together and not your own name.',
      de: 'Dieses Passwort würde jemand als eines der ersten probieren. Bitte mehrere Wörter wählen, die nichts miteinander zu tun haben, und nicht den eigenen Namen.',
    },
  },
  'password-wrong': {
    status: 403,
    retryable: false,
    title: { en: 'Password wrong', de: 'Passwort falsch' },
    detail: {
      en: 'The present password is wrong. Enter it again; if you have forgotten it, sign out and use "Forgotten password".',
      de: 'Das bisherige Passwort ist falsch. Bitte erneut eingeben; haben Sie es vergessen, bitte abmelden und „Passwort vergessen“ verwenden.',
    },
  },
  'password-needed': {
    status: 403,
    retryable: false,
    title: { en: 'Password needed', de: 'Passwort nötig' },
    detail: {
      en: 'Your own address is changed with your present password: under "My account", or with PATCH /account and currentPassword.',
      de: 'Die eigene Adresse ändern Sie mit Ihrem bisherigen Passwort: unter „Mein Konto“ oder mit PATCH /account und currentPassword.',
    },
  },
  'fresh-sign-in-needed': {
    status: 403,
    retryable: false,
    title: { en: 'Sign in again', de: 'Bitte neu anmelden' },
    detail: {
      en: 'You have no password here, so this needs a sign-in within the last five minutes. Sign out, sign in again with Microsoft, and repeat it.',
      de: 'Sie haben hier kein Passwort; deshalb geht das nur in den ersten fünf Minuten nach einer Anmeldung. Bitte abmelden, mit Microsoft neu anmelden und wiederholen.',
    },
  },
  'address-change-limit': {
    status: 429,
    retryable: true,
    title: { en: 'Too many changes of address', de: 'Zu viele Änderungen der Adresse' },
    detail: {
      en: 'The address of this account has been changed too often in the last days. Wait {hours} hours and try again.',
      de: 'Die Adresse dieses Kontos sollte in den letzten Tagen zu oft geändert werden. Bitte {hours} Stunden warten und erneut versuchen.',
    },
  },
  'user-unregistered': {
    status: 409,
    retryable: false,
    title: { en: 'Not registered yet', de: 'Noch nicht registriert' },
    detail: {
      en: 'This user has not registered yet, so the address cannot be changed. Withdraw the invitation and invite the other address.',
      de: 'Dieser Benutzer hat sich noch nicht registriert; die Adresse lässt sich deshalb nicht ändern. Bitte die Einladung zurückziehen und die andere Adresse einladen.',
    },
  },
  'link-invalid': {
    status: 404,
    retryable: false,
    title: { en: 'Link no longer valid', de: 'Link nicht mehr gültig' },
    detail: {
      en: 'This link is unknown, expired, withdrawn or was used already. If you have registered, sign in; otherwise ask for a new one.',
      de: 'Dieser Link ist unbekannt, abgelaufen, zurückgezogen oder wurde schon benutzt. Wenn Sie registriert sind, melden Sie sich an; sonst fordern Sie bitte einen neuen an.',
    },
  },
  'email-taken': {
    status: 409,
    retryable: false,
    title: { en: 'Address already in use', de: 'Adresse bereits vergeben' },
    detail: {
      en: 'A user with the address {email} exists already. Use another address, or change that user.',
      de: 'Einen Benutzer mit der Adresse {email} gibt es schon. Bitte eine andere Adresse verwenden oder jenen Benutzer ändern.',
    },
  },
  'invitation-address-taken': {
    status: 409,
    retryable: false,
    title: { en: 'Address belongs to another account', de: 'Adresse gehört zu einem anderen Konto' },
    detail: {
      en: 'This address ({email}) signs in to another account of Steg already. Ask whoever invited you to invite another address of yours; or give the other account another address first, or have it removed, and open this link again.',
      de: 'Mit dieser Adresse ({email}) melden Sie sich schon bei einem anderen Konto von Steg an. Bitten Sie, wer Sie eingeladen hat, eine andere Adresse von Ihnen einzuladen; oder geben Sie dem anderen Konto zuerst eine andere Adresse oder lassen Sie es entfernen, und öffnen Sie diesen Link dann noch einmal.',
    },
  },
  'mail-limit': {
    status: 429,
    retryable: true,
    title: { en: 'Too many mails', de: 'Zu viele E-Mails' },
    detail: {
      en: 'So many mails have been sent to this address, or by your company, that the next one has to wait. Try again in {minutes} minutes; the last link that was sent is still good.',
      de: 'An diese Adresse oder von Ihrer Firma aus sind schon so viele E-Mails gegangen, dass die nächste warten muss. Bitte in {minutes} Minuten erneut versuchen; der zuletzt geschickte Link gilt noch.',
    },
  },
  'last-admin': {
    status: 409,
    retryable: false,
    title: { en: 'Last admin', de: 'Letzter Admin' },
    detail: {
      en: 'This is the last admin who can sign in. Make somebody else an admin first and let them register.',
      de: 'Dies ist der letzte Admin, der sich anmelden kann. Bitte zuerst jemand anderen zum Admin machen, der sich dann registriert.',
    },
  },
  'user-registered': {
    status: 409,
    retryable: false,
    title: { en: 'Already registered', de: 'Bereits registriert' },
    detail: {
      en: 'This user has registered already, so there is no invitation to send. "Forgotten password" helps them in.',
      de: 'Dieser Benutzer hat sich bereits registriert; es gibt keine Einladung zu senden. „Passwort vergessen“ hilft ihm weiter.',
    },
  },
  'mail-failed': {
    status: 502,
    retryable: true,
    title: { en: 'Mail could not be sent', de: 'E-Mail konnte nicht gesendet werden' },
    detail: {
      en: 'The mail server did not take the mail ({reason}). Try again; if it stays, ask the operator to check STEG_SMTP_URL and STEG_MAIL_FROM.',
      de: 'Der Mailserver hat die E-Mail nicht angenommen ({reason}). Bitte erneut versuchen; bleibt es dabei, den Betreiber bitten, STEG_SMTP_URL und STEG_MAIL_FROM zu prüfen.',
    },
  },
  'mail-not-configured': {
    status: 503,
    retryable: false,
    title: { en: 'No mail server set', de: 'Kein Mailserver eingestellt' },
    detail: {
      en: 'Steg cannot send mail yet. The operator sets STEG_SMTP_URL, STEG_MAIL_FROM and STEG_PUBLIC_URL.',
      de: 'Steg kann noch keine E-Mails senden. Der Betreiber stellt STEG_SMTP_URL, STEG_MAIL_FROM und STEG_PUBLIC_URL ein.',
    },
  },
  'microsoft-not-configured': {
    status: 404,
    retryable: false,
    title: { en: 'Sign-in with Microsoft not set up', de: 'Anmeldung mit Microsoft nicht eingerichtet' },
    detail: {
      en: 'Signing in with Microsoft is not set up here. Sign in with address and password.',
      de: 'Die Anmeldung mit Microsoft ist hier nicht eingerichtet. Bitte mit Adresse und Passwort anmelden.',
    },
  },
  'microsoft-failed': {
    status: 502,
    retryable: true,
    title: { en: 'Sign-in with Microsoft failed', de: 'Anmeldung mit Microsoft fehlgeschlagen' },
    detail: {
      en: 'Signing in with Microsoft did not work ({reason}). Start again from the sign-in page; if it stays, give the operator this reason.',
      de: 'Die Anmeldung mit Microsoft hat nicht funktioniert ({reason}). Bitte auf der Anmeldeseite neu beginnen; bleibt es dabei, dem Betreiber diesen Grund nennen.',
    },
  },
  'microsoft-cancelled': {
    status: 403,
    retryable: true,
    title: { en: 'Sign-in with Microsoft cancelled', de: 'Anmeldung mit Microsoft abgebrochen' },
    detail: {
      en: 'The sign-in was cancelled at Microsoft, or Steg was not given the consent it needs. Start again, or sign in with address and password. If Microsoft asks for the approval of an administrator, give them this message.',
      de: 'Die Anmeldung wurde bei Microsoft abgebrochen, oder Steg hat die nötige Zustimmung nicht bekommen. Bitte neu beginnen oder mit Adresse und Passwort anmelden. Verlangt Microsoft die Genehmigung eines Administrators, diesem bitte diese Meldung geben.',
    },
  },
  'microsoft-unknown-user': {
    status: 403,
    retryable: false,
    title: { en: 'No user for this Microsoft account', de: 'Kein Benutzer zu diesem Microsoft-Konto' },
    detail: {
      en: 'No user belongs to this Microsoft account. Open the link in your invitation and choose Microsoft there, or ask an admin to invite you.',
      de: 'Zu diesem Microsoft-Konto gehört kein Benutzer. Bitte den Link in Ihrer Einladung öffnen und dort Microsoft wählen oder einen Admin um eine Einladung bitten.',
    },
  },
  'microsoft-other-address': {
    status: 403,
    retryable: false,
    title: { en: 'Another Microsoft account', de: 'Anderes Microsoft-Konto' },
    detail: {
      en: 'The invitation is for another address ({email}) than that of this Microsoft account. Open its link again and choose the account of the invited address, or a password; or ask whoever invited you to invite the address of this account.',
      de: 'Die Einladung gilt für eine andere Adresse ({email}) als die dieses Microsoft-Kontos. Bitte den Link noch einmal öffnen und das Konto der eingeladenen Adresse oder ein Passwort wählen; oder bitten Sie, wer Sie eingeladen hat, die Adresse dieses Kontos einzuladen.',
    },
  },
  'scope-empty': {
    status: 400,
    retryable: false,
    title: { en: 'Nobody to see', de: 'Niemand zu sehen' },
    detail: {
      en: 'A user who is limited needs at least one person or one group. Name some, or let them see everybody.',
      de: 'Ein eingeschränkter Benutzer braucht mindestens eine Person oder eine Gruppe. Bitte welche nennen oder alle sehen lassen.',
    },
  },
  'too-busy': {
    status: 503,
    retryable: true,
    title: { en: 'Too busy', de: 'Ausgelastet' },
    detail: {
      en: 'Too many people are signing in at this moment. Try again in a few seconds.',
      de: 'In diesem Moment melden sich zu viele an. Bitte in einigen Sekunden erneut versuchen.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
