/** What a call answers, before it becomes bytes. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body:
    | { readonly kind: 'json'; readonly value: unknown }
    | { readonly kind: 'text'; readonly type: string; readonly text: string }
    | { readonly kind: 'none' }
}

export const json = (value: unknown, status = 200): Answer => ({ status, body: { kind: 'json', value } })

/** An error as ASP.NET Web API words it. */
export const problem = (status: number, message: string): Answer => json({ Message: message }, status)

export const noContent = (headers: Readonly<Record<string, string>>): Answer => ({
  status: 204,
  headers,
  body: { kind: 'none' },
})

export const xml = (text: string): Answer => ({
  status: 200,
  body: { kind: 'text', type: 'application/xml; charset=utf-8', text },
})

/** A refusal that ends the handling of a request wherever it is found. */
export class Refusal extends Error {
  readonly answer: Answer
  constructor(status: number, message: string) {
    super(message)
    this.answer = problem(status, message)
  }
}

function page(
  status: number,
  title: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const html =
    `<!DOCTYPE html>\r\n<html>\r\n<head><meta charset="utf-8"/><title>${title}</title></head>\r\n` +
    `<body>\r\n<div id="header"><h1>${title}</h1></div>\r\n<p>${text}</p>\r\n</body>\r\n</html>\r\n`
  return { status, headers, body: { kind: 'text', type: 'text/html; charset=utf-8', text: html } }
}

/** The pages that IIS, http.sys and the portal put in the way of the API. */
export const htmlPages = {
  badRequest: () =>
    page(400, 'Bad Request', 'HTTP Error 400. The request is badly formed.', { Connection: 'close' }),
  notFound: () =>
    page(404, 'IIS 10.0 - 404', 'HTTP Error 404.0 - Not Found: there is nothing under this address.'),
  lengthRequired: () =>
    page(411, 'Length Required', 'HTTP Error 411. The request must have a length or be chunked.', {
      Connection: 'close',
    }),
  tooLarge: () =>
    page(413, 'IIS 10.0 - 413', 'HTTP Error 413.1 - Request Entity Too Large.', { Connection: 'close' }),
  unavailable: () =>
    page(503, 'Service Unavailable', 'HTTP Error 503. The application pool is not running.', {
      Connection: 'close',
    }),
  runtimeError: (status: number) =>
    page(
      status,
      "Runtime Error - '/hrportalapi'",
      'Server Error: an application error occurred on the server.',
    ),
  login: () =>
    page(
      200,
      'HR Portal',
      '<form method="post"><input name="Username"/><input name="Password" type="password"/></form>',
    ),
  movedToLogin: (location: string) =>
    page(302, 'Object moved', 'Object moved to the sign-in page.', { Location: location }),
} as const
