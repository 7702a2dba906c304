import { HttpRequest } from '@azure/functions'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { endpoint, isBodyOptional } from '../../functions/http/endpoint.ts'
import { openApiDocument } from '../../functions/http/openapi.ts'
import { jsonBodyOf } from '../../functions/http/request.ts'
import type { StegError } from '../../shared/errors/error.ts'

const json = 'application/json'

function request(text: string | undefined, type: string | undefined): HttpRequest {
  return new HttpRequest({
    url: 'http://localhost/x',
    method: 'POST',
    ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    ...(text === undefined ? {} : { body: { string: text } }),
  })
}

const outcome = (text: string | undefined, type: string | undefined, optional: boolean) =>
  jsonBodyOf(request(text, type), optional).then(
    (body) => (body === undefined ? 'nothing' : JSON.stringify(body)),
    (error) => (error as StegError).code,
  )

describe('a body', () => {
  it.each([
    ['that is there', '{"a":1}', json, '{"a":1}', '{"a":1}'],
    ['that is not there', undefined, undefined, 'nothing', 'unsupported-media-type'],
    ['that is empty and says it is JSON', '', json, 'nothing', 'malformed-json'],
    ['that is not there but says it is JSON', undefined, json, 'nothing', 'malformed-json'],
    ['without type', '{"a":1}', undefined, 'unsupported-media-type', 'unsupported-media-type'],
    ['of another type', '<a/>', 'text/xml', 'unsupported-media-type', 'unsupported-media-type'],
    ['that is not JSON', '{', json, 'malformed-json', 'malformed-json'],
  ])('%s', async (_, text, type, whereOptional, whereRequired) => {
    expect(await outcome(text, type, true)).toBe(whereOptional)
    expect(await outcome(text, type, false)).toBe(whereRequired)
  })

  it('is optional where the schema says so, and the description says it, too', () => {
    const make = (id: string, body: z.ZodType) =>
      endpoint({
        id,
        method: 'POST',
        path: `/${id}`,
        access: 'anyone',
        tag: 'T',
        summary: 's',
        body,
        success: { status: 204 },
        errors: [],
        handle: async () => ({ body: undefined }),
      })
    const required = make('required', z.object({ a: z.string() }))
    const optional = make('optional', z.object({ a: z.string() }).optional())
    expect([isBodyOptional(required), isBodyOptional(optional)]).toEqual([false, true])
    expect(openApiDocument([required, optional], '1')).toMatchObject({
      paths: {
        '/api/v1/required': { post: { requestBody: { required: true } } },
        '/api/v1/optional': { post: { requestBody: { required: false } } },
      },
    })
  })
})
