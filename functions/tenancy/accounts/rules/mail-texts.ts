/** The mails, in the language of whoever gets them. */
export type MailLanguage = 'de' | 'en'
export type MailKind = 'invitation' | 'reset' | 'address' | 'address-change' | 'password-changed'

export interface MailFacts {
  readonly tenant: string
  readonly email: string
  /** Where the link leads; not for mails that only tell. */
  readonly link: string | undefined
  /** What the address is to become, where the mail is about that. */
  readonly newEmail?: string | undefined
}

interface Words {
  readonly subject: string
  readonly before: readonly string[]
  /** What the link says. */
  readonly action: string
  readonly after: readonly string[]
}

const texts: Readonly<Record<MailKind, Readonly<Record<MailLanguage, Words>>>> = {
  invitation: {
    de: {
      subject: 'Einladung zu Steg für {tenant}',
      before: [
        'Guten Tag,',
        'Sie sind eingeladen, für {tenant} mit Steg zu arbeiten. Ihre Adresse dort: {email}.',
      ],
      action: 'Jetzt registrieren',
      after: [
        'Der Link gilt sieben Tage und nur einmal. Mit ihm bestätigen Sie auch Ihre Adresse.',
        'Wenn Sie diese Einladung nicht erwartet haben, können Sie diese E-Mail löschen.',
      ],
    },
    en: {
      subject: 'Invitation to Steg for {tenant}',
      before: ['Hello,', 'You are invited to work with Steg for {tenant}. Your address there: {email}.'],
      action: 'Register now',
      after: [
        'The link works once, for seven days. It also confirms your address.',
        'If you did not expect this invitation, you can delete this mail.',
      ],
    },
  },
  reset: {
    de: {
      subject: 'Neues Passwort für Steg',
      before: ['Guten Tag,', 'für {email} wurde ein neues Passwort für Steg angefordert.'],
      action: 'Neues Passwort wählen',
      after: [
        'Der Link gilt eine Stunde und nur einmal.',
        'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.',
      ],
    },
    en: {
      subject: 'New password for Steg',
      before: ['Hello,', 'a new password for Steg has been asked for, for {email}.'],
      action: 'Choose a new password',
      after: [
        'The link works once, for one hour.',
        'If that was not you, there is nothing to do: your password stays as it is.',
      ],
    },
  },
  address: {
    de: {
      subject: 'Neue Adresse für Steg bestätigen',
      before: ['Guten Tag,', '{email} soll die Adresse Ihres Kontos bei Steg für {tenant} werden.'],
      action: 'Adresse bestätigen',
      after: [
        'Der Link gilt 24 Stunden. Bis dahin melden Sie sich mit der bisherigen Adresse an.',
        'Wenn Sie das nicht wünschen, können Sie diese E-Mail löschen.',
      ],
    },
    en: {
      subject: 'Confirm your new address for Steg',
      before: ['Hello,', '{email} is to become the address of your account at Steg for {tenant}.'],
      action: 'Confirm address',
      after: [
        'The link works for 24 hours. Until then you sign in with the address you have now.',
        'If you do not want that, you can delete this mail.',
      ],
    },
  },
  'address-change': {
    de: {
      subject: 'Die Adresse Ihres Kontos bei Steg soll sich ändern',
      before: [
        'Guten Tag,',
        'die Adresse Ihres Kontos bei Steg für {tenant} soll von {email} zu {newEmail} werden. Die neue Adresse gilt, sobald sie bestätigt ist.',
        'Wenn Sie das selbst veranlasst haben, brauchen Sie nichts zu tun.',
        'Wenn nicht, nehmen Sie die Änderung bitte sofort zurück, auch wenn sie schon gilt. Dabei werden alle Sitzungen beendet, und Sie wählen ein neues Passwort.',
      ],
      action: 'Änderung zurücknehmen',
      after: ['Der Link gilt sieben Tage und nur einmal. Sagen Sie dann bitte auch Ihrem Admin Bescheid.'],
    },
    en: {
      subject: 'The address of your account at Steg is about to change',
      before: [
        'Hello,',
        'the address of your account at Steg for {tenant} is to change from {email} to {newEmail}. The new address counts once it is confirmed.',
        'If that was you, there is nothing to do.',
        'If not, take the change back at once, also when it counts already. That ends all sessions, and you choose a new password.',
      ],
      action: 'Take the change back',
      after: ['The link works once, for seven days. Please tell your admin, too.'],
    },
  },
  'password-changed': {
    de: {
      subject: 'Ihr Passwort für Steg wurde geändert',
      before: [
        'Guten Tag,',
        'das Passwort für {email} wurde gerade geändert, und alle anderen Sitzungen wurden beendet.',
        'Wenn Sie das nicht waren, wählen Sie bitte sofort über „Passwort vergessen“ ein neues und sagen Sie Ihrem Admin Bescheid.',
      ],
      action: '',
      after: [],
    },
    en: {
      subject: 'Your password for Steg has been changed',
      before: [
        'Hello,',
        'the password for {email} has just been changed, and all other sessions have been ended.',
        'If that was not you, choose a new one at once through "Forgotten password", and tell your admin.',
      ],
      action: '',
      after: [],
    },
  },
}

export interface WrittenMail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** A mail as plain text and as simple HTML. What comes from people is escaped and stays on its line. */
export function writeMail(kind: MailKind, language: MailLanguage, facts: MailFacts): WrittenMail {
  const words = texts[kind][language]
  const filled = (line: string) =>
    line.replace(/\{(tenant|email|newEmail)\}/g, (_, name: 'tenant' | 'email' | 'newEmail') =>
      oneLine(facts[name] ?? ''),
    )
  const before = words.before.map(filled)
  const after = words.after.map(filled)
  const { link } = facts
  return {
    subject: filled(words.subject),
    text: [
      ...before,
      ...(link === undefined ? [] : [`${words.action}:\n${link}`]),
      ...after,
      '-- \nSteg',
    ].join('\n\n'),
    html: [
      `<!doctype html><html lang="${language}"><head><meta charset="utf-8"></head>`,
      '<body style="font-family:Segoe UI,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5;color:#242424">',
      ...before.map((line) => `<p>${escaped(line)}</p>`),
      ...(link === undefined
        ? []
        : [
            `<p><a href="${escaped(link)}">${words.action}</a></p>`,
            `<p><small>${escaped(link)}</small></p>`,
          ]),
      ...after.map((line) => `<p>${escaped(line)}</p>`),
      '<p>Steg</p></body></html>',
    ].join('\n'),
  }
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
