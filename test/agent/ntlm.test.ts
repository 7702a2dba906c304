import { describe, expect, it } from 'vitest'
import { channelBindingsOf } from '../../agent/ntlm/channel-binding.ts'
import { md4 } from '../../agent/ntlm/md4.ts'
import { authenticateMessage, negotiateMessage, ntlmUser } from '../../agent/ntlm/messages.ts'
import { ownerKey, prove, proveShort, utf16 } from '../../agent/ntlm/ntlmv2.ts'
import { parseAvPairs, writeAvPairs } from '../../agent/ntlm/target-info.ts'

describe('MD4', () => {
  it.each([
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
    ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
    [
      '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
      'e33b4ddc9c38f2199c3e7b164fcc0536',
    ],
  ])('of "%s" (RFC 1320, A.5)', (text, digest) => {
    expect(md4(Buffer.from(text)).toString('hex')).toBe(digest)
  })

  it.each([
    ['Password', 'a4f49c406510bdcab6824ee7c30fd852'],
    ['SecREt01', 'cd06ca7c7e10c99b1d33b7485a2ed808'],
    ['Grüße€1', 'ca3170ea32134c4b89e74c4785df7bc5'],
  ])('of the password %s, as OpenSSL made it while it could', (password, digest) => {
    expect(md4(utf16(password)).toString('hex')).toBe(digest)
  })
})

describe('NTLMv2, with the figures of MS-NLMP, 4.2.4', () => {
  const key = ownerKey('User', 'Domain', 'Password')
  const parts = {
    serverChallenge: Buffer.from('0123456789abcdef', 'hex'),
    clientChallenge: Buffer.alloc(8, 0xaa),
    time: Buffer.alloc(8),
    targetInfo: writeAvPairs([
      [2, utf16('Domain')],
      [1, utf16('Server')],
    ]),
  }

  it('NTOWFv2', () => {
    expect(key.toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f')
  })

  it('NT response and session key', () => {
    const { response, sessionKey } = prove(key, parts)
    expect(response.subarray(0, 16).toString('hex')).toBe('68cd0ab851e51c96aabc927bebef6a1c')
    expect(sessionKey.toString('hex')).toBe('8de40ccadbc14a82f15cb0ad0de95ca3')
  })

  it('LM response', () => {
    expect(proveShort(key, parts).toString('hex')).toBe('86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa')
  })
})

describe('messages', () => {
  const parts = {
    user: { user: 'User', domain: 'Domain', password: 'Password' },
    host: 'mail.firma.example',
    channelBindings: undefined,
    clientChallenge: Buffer.alloc(8, 0xaa),
    now: 0,
  }

  it.each([
    ['DOMAIN\\user', undefined, { user: 'user', domain: 'DOMAIN' }],
    ['user', 'DOMAIN', { user: 'user', domain: 'DOMAIN' }],
    ['user', undefined, { user: 'user', domain: '' }],
    ['user@firma.example', undefined, { user: 'user@firma.example', domain: '' }],
    ['A\\b\\c', 'D', { user: 'b\\c', domain: 'A' }],
  ])('the login %s with the domain %s', (login, domain, expected) => {
    expect(ntlmUser({ login, password: 'p', domain })).toEqual({ ...expected, password: 'p' })
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['its own message', negotiateMessage()],
    ['noise', Buffer.alloc(100, 7)],
    [
      'a challenge for NTLMv1 alone',
      Buffer.concat([Buffer.from('NTLMSSP\0'), Buffer.from([2, 0, 0, 0]), Buffer.alloc(44)]),
    ],
  ])('are none for %s', (_case, challenge) => {
    expect(authenticateMessage(challenge, parts)).toBeUndefined()
  })

  it('pairs come back as they were written, and cut ones are none', () => {
    const pairs = [[2, utf16('Domain')] as const, [7, Buffer.alloc(8, 1)] as const]
    const written = writeAvPairs(pairs)
    expect(parseAvPairs(written)).toEqual(pairs)
    for (let length = 0; length < written.length; length++) {
      expect(parseAvPairs(written.subarray(0, length))).toBeUndefined()
    }
  })

  it('what is no certificate has a binding all the same', () => {
    expect(channelBindingsOf(Buffer.from('x'))).toHaveLength(16)
  })
})
