import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { InvalidRequest } from '../../functions/http/problem.ts'
import { validate } from '../../functions/http/request.ts'
import { Id, line, said } from '../../functions/http/text.ts'
import type { Language } from '../../shared/errors/error.ts'

const schema = z.strictObject({
  name: line(5),
  even: z
    .int()
    .refine((value) => value % 2 === 0, said({ en: 'is odd', de: 'ist ungerade' }))
    .optional(),
})

function findingsOf(value: unknown, language: Language, where: 'query' | 'body' = 'body') {
  try {
    return validate(schema, value, where, language)
  } catch (error) {
    if (error instanceof InvalidRequest) return error.findings
    throw error
  }
}

describe('what is wrong with a request', () => {
  it.each([
    ['de', { name: 'x', even: 1 }, { path: 'even', message: 'ist ungerade' }],
    ['en', { name: 'x', even: 1 }, { path: 'even', message: 'is odd' }],
    ['de', { name: 5 }, { path: 'name', message: expect.stringMatching(/^Ungültige Eingabe/) }],
    ['en', { name: 5 }, { path: 'name', message: expect.stringMatching(/^Invalid input/) }],
    ['de', { name: 'a\nb' }, { path: 'name', message: expect.stringContaining('Steuerzeichen') }],
    ['en', { name: 'x', more: 1 }, { path: 'body', message: 'Unrecognized key: "more"' }],
    ['de', [], { path: 'body', message: expect.stringMatching(/^Ungültige Eingabe/) }],
  ] as const)('is said in %s: %j', (language, value, finding) => {
    expect(findingsOf(value, language)).toEqual([finding])
  })

  it('of the query as a whole is said of the query', () => {
    expect(findingsOf({ name: 'x', more: '1' }, 'en', 'query')).toMatchObject([{ path: 'query' }])
  })
})

describe('a line of text', () => {
  it.each([
    ['Müller', false],
    ['Mülle', true],
    [' Jörg ', true],
    ['', false],
    ['  ', false],
    ['a\tb', false],
    ['a\u0000', false],
    ['a\u0085b', false],
    ['\ud800', false],
    ['\udc00a', false],
    ['👩', true],
  ])('%j: %s', (text, fine) => {
    expect(line(5).safeParse(text).success).toBe(fine)
  })

  it('loses the blanks around it', () => {
    expect(line(5).parse(' Jörg ')).toBe('Jörg')
  })
})

describe('an id', () => {
  it.each([
    ['SysSageSync', true],
    ['a-b_c.d~1', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['', false],
    ['a#b', false],
    ['a\tb', false],
    ['a/b', false],
    ['ä', false],
    ['a\n', false],
  ])('%j: %s', (text, fine) => {
    expect(Id.safeParse(text).success).toBe(fine)
  })
})
