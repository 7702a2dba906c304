import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalogue, describeError, type ErrorCode, StegError } from '../../shared/errors/error.ts'
import { allLines } from '../products/run-texts.ts'

const placeholders = (text: string) =>
  [...text.matchAll(/\{(\w+)(?:\|[^}]*)?\}/g)].map((match) => match[1]).sort()
const unique = (names: readonly (string | undefined)[]) => [...new Set(names)]
const codes = Object.keys(catalogue) as ErrorCode[]

describe('error catalogue', () => {
  it.each(codes)('%s says the same in German and English', (code) => {
    const { title, detail } = catalogue[code]
    expect(unique(placeholders(detail.de))).toEqual(unique(placeholders(detail.en)))
    expect(title.de).not.toBe('')
    expect(title.en).not.toBe(title.de)
    expect(detail.de).toMatch(/[.:!}]$/)
    expect(detail.en).toMatch(/[.:!}]$/)
  })

  it.each(codes)('%s has a status of a failure', (code) => {
    expect(catalogue[code].status).toBeGreaterThanOrEqual(400)
    expect(catalogue[code].status).toBeLessThan(600)
  })

  it('fills in parameters and leaves unknown ones visible', () => {
    const error = new StegError('body-too-large', { limit: 10 })
    expect(error.message).toContain('10 bytes')
    expect(describeError(error, 'de')).toContain('10 Byte')
    expect(describeError({ code: 'body-too-large', params: {} }, 'en')).toContain('{limit}')
  })

  it('survives being stored and read again', () => {
    const error = new StegError('agent-revoked', { agent: 'A' })
    const again = StegError.fromRecord(JSON.parse(JSON.stringify({ code: error.code, params: error.params })))
    expect(again.message).toBe(error.message)
  })

  it.each(['docs/errors.md', 'docs/de/errors.md'])('is what %s shows, both ways', (file) => {
    const documented = [...readFileSync(file, 'utf8').matchAll(/^\| `([a-z-]+)` \| (\d+) \|/gm)]
    expect(documented.map(([, code, status]) => [code, Number(status)])).toEqual(
      [...codes].sort().map((code) => [code, catalogue[code].status]),
    )
  })
})

describe('texts of run logs', () => {
  it.each(Object.entries(allLines))('%s says the same in German and English', (_, text) => {
    expect(unique(placeholders(text.de))).toEqual(unique(placeholders(text.en)))
  })
})
