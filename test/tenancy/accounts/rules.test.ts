import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networkOf } from '../../../functions/tenancy/accounts/attempts.ts'
import { deviceOf } from '../../../functions/tenancy/accounts/rules/device.ts'
import { isEmail, normaliseEmail } from '../../../functions/tenancy/accounts/rules/email.ts'
import { writeMail } from '../../../functions/tenancy/accounts/rules/mail-texts.ts'
import { passwordProblem } from '../../../functions/tenancy/accounts/rules/password.ts'
import {
  ABSOLUTE_MS,
  IDLE_MS,
  isSeenWorthWriting,
  SEEN_STEP_MS,
  sessionState,
} from '../../../functions/tenancy/accounts/rules/session.ts'
import { mailState, userState } from '../../../functions/tenancy/accounts/rules/user-state.ts'

describe('a password', () => {
  const about = ['gabi.gehalt@muster.example', 'Gabi', 'Gehalt', 'Muster GmbH']
  it.each([
    ['kurz', 'password-too-short'],
    ['12345678901', 'password-too-short'],
    ['123456789012', 'password-too-common'],
    ['210987654321', 'password-too-common'],
    ['aaaaaaaaaaaaaa', 'password-too-common'],
    ['abababababab', 'password-too-common'],
    ['abcdefghijklmn', 'password-too-common'],
    ['Passwort2026!', 'password-too-common'],
    ['P4ssw0rt2026!', 'password-too-common'],
    ['passwordpassword', 'password-too-common'],
    ['Sommer2026!!!', 'password-too-common'],
    ['Willkommen123', 'password-too-common'],
    ['gabi.gehalt.2026', 'password-too-common'],
    ['MusterGmbH2026', 'password-too-common'],
    ['Gabi.Gehalt@muster.example', 'password-too-common'],
    ['Kran zwölf Lampion Heu', undefined],
    ['7sQx!pL2vR9#', undefined],
    ['480915723664', undefined],
    ['der Hund von gegenüber', undefined],
  ])('%s: %s', (password, problem) => {
    expect(passwordProblem(password, about)).toBe(problem)
  })

  it('is counted in characters as people see them', () => {
    expect(passwordProblem('👩👨🐶🐱🐭🐹', [])).toBe('password-too-short')
  })
})

describe('a session', () => {
  const session = { createdAt: 0, lastSeenAt: 0, epoch: 3 }
  it.each([
    ['at once', 0, 3, 'alive'],
    ['after a night', IDLE_MS + SEEN_STEP_MS, 3, 'idle-too-long'],
    ['just in time', IDLE_MS + SEEN_STEP_MS - 1, 3, 'alive'],
    ['when all were ended', 0, 4, 'ended'],
    ['of an account that is gone', 0, undefined, 'ended'],
  ] as const)('%s', (_, now, epoch, state) => {
    expect(sessionState(session, epoch, now)).toBe(state)
  })

  it('that is used all the time ends after a week, with at most one write in five minutes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: IDLE_MS }), { maxLength: 300 }), (pauses) => {
        let current = session
        let now = 0
        let writes = 0
        for (const pause of pauses) {
          now += pause
          const expected = now < ABSOLUTE_MS ? 'alive' : 'too-old'
          expect(sessionState(current, 3, now)).toBe(expected)
          if (expected !== 'alive') return
          if (!isSeenWorthWriting(current, now)) continue
          current = { ...current, lastSeenAt: now }
          writes += 1
        }
        expect(writes).toBeLessThanOrEqual(now / SEEN_STEP_MS)
      }),
    )
  })
})

describe('a user', () => {
  const invitation = { expiresAt: 100, mail: 'sent' as const, mailedAt: 0 }
  it.each([
    [{ locked: false, invitation }, 99, 'invited'],
    [{ locked: false, invitation }, 100, 'expired'],
    [{ locked: false }, 0, 'expired'],
    [{ locked: false, registeredAt: 1 }, 200, 'active'],
    [{ locked: true, registeredAt: 1 }, 200, 'locked'],
    [{ locked: true, invitation }, 0, 'locked'],
  ] as const)('%j at %i is %s', (user, now, state) => {
    expect(userState(user, now)).toBe(state)
  })

  it('whose mail was under way when the hub died is one whose mail failed', () => {
    const sending = { locked: false, invitation: { ...invitation, mail: 'sending' as const } }
    expect(mailState(sending, 1000)).toBe('sending')
    expect(mailState(sending, 121_000)).toBe('failed')
    expect(mailState({ locked: false }, 0)).toBeNull()
  })
})

describe('what comes from outside', () => {
  it.each([
    ['a@b', true],
    ['Jörg.Müller+x@müller.example', true],
    ['a@b, c@d', false],
    ['a b@c', false],
    ['a@b\nBcc: x@y', false],
    ['<a@b>', false],
    ['@b', false],
    ['a@', false],
    [`${'x'.repeat(65)}@b`, false],
  ])('%j as address: %s', (text, fine) => {
    expect(isEmail(text)).toBe(fine)
  })

  it.each([
    ['a zero-width space', 'ga\u200bbi@muster.example'],
    ['a zero-width joiner', 'gabi\u200d@muster.example'],
    ['a word joiner', 'gabi@mus\u2060ter.example'],
    ['a byte order mark inside', 'ga\ufeffbi@muster.example'],
    ['a soft hyphen', 'gabi@mus\u00adter.example'],
    ['marks of direction', '\u202egabi@muster.example'],
    ['an isolate', 'gabi@\u2066muster.example'],
    ['a variation selector', 'gabi\ufe0f@muster.example'],
    ['a filler that is a letter', 'gabi\u3164@muster.example'],
    ['a tag', 'gabi\u{e0061}@muster.example'],
    ['a joiner of graphemes', 'gabi\u034f@muster.example'],
    ['a blank of another width', 'gabi\u2003x@muster.example'],
    ['half a character', 'gabi\ud800@muster.example'],
    ['a character that does not exist', 'gabi\uffff@muster.example'],
    ['a private character', 'gabi\ue000@muster.example'],
    ['a full-width at sign alone', 'gabi\uff20muster.example'],
    ['a full-width at sign in the name', 'gabi\uff20evil.example@muster.example'],
    ['a full-width at sign in the domain', 'gabi@evil.example\uff20muster.example'],
    ['a small at sign', 'gabi@evil.example\ufe6bmuster.example'],
    ['a full-width comma', 'gabi\uff0cx@muster.example'],
    ['a full-width bracket', 'gabi\uff1c@muster.example'],
    ['a domain that is empty between dots', 'gabi@muster..example'],
    ['a domain that ends with a dot', 'gabi@muster.example.'],
  ])('an address with %s is none', (_, email) => {
    expect(isEmail(email)).toBe(false)
  })

  it.each([
    [' Gabi@Muster.Example ', 'gabi@muster.example'],
    ['gabi@ｍｕｓｔｅｒ.example', 'gabi@muster.example'],
    ['gabi@muster。example', 'gabi@muster.example'],
    ['gabi@muster．example', 'gabi@muster.example'],
    ['gabi@muster｡example', 'gabi@muster.example'],
    ['ｇａｂｉ@muster.example', 'gabi@muster.example'],
    ['gabi@ﬁrma.example', 'gabi@firma.example'],
    ['Ju\u0308rgen@mu\u0308ller.example', 'jürgen@müller.example'],
    ['gabi@\u212belectro.example', 'gabi@åelectro.example'],
  ])('%j is the address %s', (written, email) => {
    expect(isEmail(written)).toBe(true)
    expect(normaliseEmail(written)).toBe(email)
  })

  it.each([
    "o'hara+tag@muster.example",
    'a!#$%&*-/=?^_`{|}~b@muster.example',
    'jörg.straße@straße.example',
    'δοκιμή@παράδειγμα.δοκιμή',
    '用户@例子.公司',
    'имя@пример.испытание',
    'gabi@xn--mller-kva.example',
    'gabi@localhost',
    'x²@muster.example',
  ])('%s is an address, and stays as it is', (email) => {
    expect(isEmail(email)).toBe(true)
    expect(normaliseEmail(email)).toBe(email)
  })

  it('an address is the same when it is normalised again, and as good', () => {
    const part = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(
      fc.property(part, part, (local, domain) => {
        const once = normaliseEmail(`${local}@${domain}`)
        expect(normaliseEmail(once)).toBe(once)
        if (!isEmail(`${local}@${domain}`)) return
        expect(isEmail(once)).toBe(true)
        expect(once.split('@')).toHaveLength(2)
        expect(once).not.toMatch(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:0db8:1:2:aaaa::', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
  ])('%s is counted as %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge, Windows',
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1.15', 'Safari, macOS'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140.0 Mobile Safari/604.1', 'Chrome, iOS'],
    ['curl/8.5.0', 'curl'],
    ['<b>', ''],
    ['', ''],
  ])('%s is %j', (userAgent, device) => {
    expect(deviceOf(userAgent)).toBe(device)
  })

  it('stays on its line and out of the markup of a mail', () => {
    const tenant = 'A\r\nBcc: x <script>alert("1")</script> & Söhne'
    for (const language of ['de', 'en'] as const) {
      const mail = writeMail('invitation', language, { tenant, email: 'a@b', link: 'https://s/i/t' })
      expect(mail.subject).not.toMatch(/[\r\n]/)
      expect(mail.html).not.toContain('<script>')
      expect(mail.html).toContain('href="https://s/i/t"')
      expect(mail.text).toContain('\nhttps://s/i/t\n')
      expect(`${mail.text}${mail.subject}`).not.toMatch(/\{\w+\}/)
    }
  })
})
