import type { HttpRequest, InvocationContext } from '@azure/functions'

/** A request as the Functions library hands it to a handler. */
export function fakeRequest(options: {
  method?: string
  path?: string
  params?: Record<string, string>
  headers?: Record<string, string>
  body?: string | Uint8Array
}): HttpRequest {
  const url = new URL(options.path ?? '/', 'http://localhost')
  const request = new Request(url, {
    method: options.method ?? 'GET',
    headers: options.headers ?? {},
    ...(options.body === undefined ? {} : { body: options.body as string }),
  })
  return {
    method: request.method,
    url: request.url,
    headers: request.headers,
    query: url.searchParams,
    params: options.params ?? {},
    body: request.body,
  } as unknown as HttpRequest
}

export function fakeContext(): InvocationContext & { errors: unknown[][] } {
  const errors: unknown[][] = []
  return {
    invocationId: 'ref-1',
    error: (...args: unknown[]) => errors.push(args),
    errors,
  } as unknown as InvocationContext & { errors: unknown[][] }
}
