import { expect, it } from 'vitest'
import type { Endpoint } from '../../functions/http/endpoint.ts'
import { unmatched } from '../../functions/http/unmatched.ts'

const endpoints = [
  { method: 'GET', path: '/people/{id}' },
  { method: 'PATCH', path: '/people/{id}' },
  { method: 'POST', path: '/people/bulk' },
] as Endpoint[]

it.each([
  ['/api/v1/people/s1', 'method-not-allowed', 'GET, PATCH'],
  ['/api/v1/people/bulk', 'method-not-allowed', 'GET, PATCH, POST'],
  ['/api/v1/people', 'not-found', undefined],
  ['/api/v1/people/s1/more', 'not-found', undefined],
  ['/api/v2/people/s1', 'not-found', undefined],
  ['/', 'not-found', undefined],
])('%s: %s', (path, code, allow) => {
  const answer = unmatched(path, endpoints)
  expect(answer.error.code).toBe(code)
  expect(answer.allow).toBe(allow)
})
