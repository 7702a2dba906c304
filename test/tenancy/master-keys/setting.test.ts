import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createKeyRing } from '../../../functions/platform/secrets/key-ring.ts'
import { readSettings } from '../../../functions/settings.ts'
import { systemRandom } from '../../../shared/random.ts'
import { newKey } from './site.ts'

const [a, b] = [newKey(), newKey()].map((key) => Buffer.from(key).toString('base64'))

function masterKeysOf(text: string): string[] {
  const { masterKeys } = readSettings({
    STEG_STORE: 'sqlite::memory:',
    STEG_BUS: 'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=hub;SharedAccessKey=eA==',
    STEG_BUS_LISTEN_KEY: 'x',
    STEG_BUS_SEND_KEY: 'x',
    STEG_MASTER_KEY: text,
    STEG_OPERATOR_TOKEN_HASH: 'x'.repeat(43),
  })
  return masterKeys.map((key) => Buffer.from(key).toString('base64'))
}

it.each([
  [`${a}`, [a]],
  [`${a},${b}`, [a, b]],
  [`${b}, ${a}`, [b, a]],
  [`${a}\n${b}\n`, [a, b]],
])('STEG_MASTER_KEY is one key or several, the current one first %#', (text, keys) => {
  expect(masterKeysOf(text)).toEqual(keys)
})

it.each([['', a?.slice(1), `${a}${b}`, `${a};${b}`, `${a},`, `${a},short`]].flat())(
  'STEG_MASTER_KEY of another form is refused, and not repeated %#',
  (text = '') => {
    try {
      masterKeysOf(text)
      expect.unreachable()
    } catch (error) {
      expect(String(error)).toContain('STEG_MASTER_KEY: one or several times 32 bytes in base64')
      expect(String(error)).not.toContain(a?.slice(5, 20))
    }
  },
)

it('the id of a key is what the description makes of it', () => {
  const key = Buffer.from(a ?? '', 'base64')
  const { current } = createKeyRing([key], systemRandom)
  expect(current).toBe(createHash('sha256').update(key).digest('hex').slice(0, 8))
})
