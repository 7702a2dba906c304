/** What went wrong with a call: the hub's problem document, or that there was no answer. */
export class Problem extends Error {
  /** 0 when the hub could not be reached. */
  readonly status: number
  /** The stable code of the catalogue; `unreachable` when there was no answer. */
  readonly code: string
  readonly title: string
  readonly findings: readonly { readonly path: string; readonly message: string }[]

  constructor(parts: {
    readonly status: number
    readonly code: string
    readonly title: string
    readonly detail: string
    readonly findings?: Problem['findings']
  }) {
    super(parts.detail)
    this.name = 'Problem'
    this.status = parts.status
    this.code = parts.code
    this.title = parts.title
    this.findings = parts.findings ?? []
  }
}

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code)
}

interface ProblemDocument {
  readonly title?: string
  readonly detail?: string
  readonly code?: string
  readonly errors?: Problem['findings']
}

/** From the body of a failed answer; a front end between browser and hub may answer with anything. */
export function problemOf(status: number, body: unknown): Problem {
  const said: ProblemDocument = typeof body === 'object' && body !== null ? body : {}
  return new Problem({
    status,
    code: said.code ?? `http-${status}`,
    title: said.title ?? `HTTP ${status}`,
    detail: said.detail ?? '',
    findings: said.errors ?? [],
  })
}

export function unreachable(cause: unknown): Problem {
  const problem = new Problem({ status: 0, code: 'unreachable', title: '', detail: '' })
  problem.cause = cause
  return problem
}
