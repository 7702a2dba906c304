import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Answer, htmlPages, problem, Refusal } from './answers.ts'
import type { SageControl } from './control.ts'
import { answerControl, controlPrefix } from './control-http.ts'
import { deliver } from './deliver.ts'
import type { ParsedRule } from './fault-rules.ts'
import type { FaultPlan, Faults } from './faults.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { type ApiRequest, answerCall, chosenDatabase } from './router.ts'
import { applyRowFault } from './row-faults.ts'
import type { Site } from './site.ts'

export interface HandlerParts {
  readonly site: Site
  readonly faults: Faults
  readonly journal: Journal
  readonly control: SageControl
  readonly basePath: string
  /** Aborted when the simulator closes: ends all waiting. */
  readonly stop: AbortSignal
}

interface Target {
  readonly path: string
  readonly query: URLSearchParams
}

const largestBody = 4 * 1024 * 1024
const loginPath = '/hrportal/account/login'

/** Answers every request on the port: the API below its base path, the control interface, and the sign-in page. */
export function createHandler(parts: HandlerParts): RequestListener {
  return (request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      // The other side is gone or the simulator closes: there is nobody to tell.
      if (parts.stop.aborted || response.headersSent || !response.socket || response.socket.destroyed) return
      deliver(response, problem(500, String(error)), [])
    })
  }
}

async function handle(
  parts: HandlerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = targetOf(request.url ?? '')
  const refusal = target ? framingProblem(request) : htmlPages.badRequest()
  if (!target || refusal) {
    deliver(response, refusal ?? htmlPages.badRequest(), [])
    return
  }
  const body = await readBody(request)
  if (!body) {
    response.once('finish', () => request.socket.destroySoon())
    deliver(response, htmlPages.tooLarge(), [])
    return
  }
  const { path, query } = target
  if (path.startsWith(controlPrefix) && isLoopback(request)) {
    const command = path.slice(controlPrefix.length)
    const answer = isFromPage(request)
      ? problem(403, 'Pages have no business here.')
      : answerControl(parts.control, request.method ?? '', command, query, body)
    deliver(response, answer, [])
    return
  }
  await answerApi(parts, request, response, target, body)
}

async function answerApi(
  parts: HandlerParts,
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  body: Buffer,
): Promise<void> {
  const { site, faults, journal, basePath } = parts
  const below = belowBase(target.path, basePath)
  const method = request.method ?? ''
  const path = below ?? target.path.replace(/^\//, '')
  const entry = journal.add(journalFields(parts, request, path, target.query.toString()))
  const call: ApiRequest = {
    method,
    path,
    query: target.query,
    headers: request.headers,
    body,
    receivedAt: entry.at,
    requestId: entry.requestId,
  }
  const paging = pagingOf(target.query)
  const signedIn = site.sessions.find(request.headers.cookie) !== undefined
  const plan = faults.plan({ method, path, page: paging?.page, signedIn })
  entry.faults = plan.kinds
  const act = (): Answer => {
    try {
      prepare(parts, plan, call, paging?.skip ?? 0)
      if (below !== undefined) return answerCall(site, call)
      return target.path.toLowerCase() === loginPath ? htmlPages.login() : htmlPages.notFound()
    } catch (error) {
      entry.error = String(error)
      return htmlPages.runtimeError(500)
    }
  }
  if (plan.waitBefore > 0) await site.clock.sleep(plan.waitBefore, parts.stop)
  const { instead } = plan
  // Even when nobody waits for the answer any more, the call takes effect: the real server does not look either.
  const answer = instead === undefined || instead.afterCommit ? act() : undefined
  if (plan.waitAfter > 0) await site.clock.sleep(plan.waitAfter, parts.stop)
  finish(request, response, instead ? replacement(instead, request) : (answer ?? 'drop'), plan, entry)
}

function prepare(parts: HandlerParts, plan: FaultPlan, call: ApiRequest, skip: number): void {
  if (plan.endSession) parts.site.sessions.end(call.headers.cookie?.toString())
  if (plan.rows.length === 0) return
  try {
    const database = chosenDatabase(parts.site, call)
    for (const rule of plan.rows) applyRowFault(parts.site, database, rule, skip)
  } catch (error) {
    // Without a database nothing changes, and the call itself will be refused for it.
    if (!(error instanceof Refusal)) throw error
  }
}

function replacement(rule: ParsedRule, request: IncomingMessage): Answer | 'drop' | 'hang' {
  if (rule.kind === 'unavailable') return htmlPages.unavailable()
  if (rule.kind === 'html-page') return htmlPages.runtimeError(rule.status)
  if (rule.kind === 'login-redirect') {
    const back = encodeURIComponent(request.url ?? '/')
    return htmlPages.movedToLogin(rule.location ?? `/hrportal/Account/Login?ReturnUrl=${back}`)
  }
  return rule.kind === 'hang' ? 'hang' : 'drop'
}

function finish(
  request: IncomingMessage,
  response: ServerResponse,
  outcome: Answer | 'drop' | 'hang',
  plan: FaultPlan,
  entry: JournalEntry,
): void {
  if (outcome === 'hang') return
  if (outcome === 'drop') {
    request.socket.resetAndDestroy()
    return
  }
  if (deliver(response, outcome, plan.damage)) entry.status = outcome.status
}

function journalFields({ site }: HandlerParts, request: IncomingMessage, path: string, query: string) {
  return {
    at: site.clock.now(),
    method: request.method ?? '',
    path,
    query,
    database: request.headers.webapidatabaseconnection?.toString() ?? null,
    requestId: request.headers['x-request-id']?.toString() ?? null,
  }
}

function targetOf(url: string): Target | undefined {
  const mark = url.indexOf('?')
  const rawPath = mark < 0 ? url : url.slice(0, mark)
  if (!rawPath.startsWith('/')) return undefined
  try {
    return {
      path: decodeURIComponent(rawPath),
      query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    }
  } catch {
    return undefined
  }
}

function belowBase(path: string, basePath: string): string | undefined {
  return path.toLowerCase().startsWith(`${basePath.toLowerCase()}/`)
    ? path.slice(basePath.length + 1)
    : undefined
}

function pagingOf(query: URLSearchParams): { skip: number; page: number } | undefined {
  const skip = Number(query.get('options[Skip]') ?? Number.NaN)
  const take = Number(query.get('options[Take]') ?? Number.NaN)
  return Number.isInteger(skip) && take > 0 ? { skip, page: Math.floor(skip / take) } : undefined
}

/** http.sys refuses a POST whose length it cannot know. */
function framingProblem(request: IncomingMessage): Answer | undefined {
  const { headers, method } = request
  const framed = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
  return method === 'POST' && !framed ? htmlPages.lengthRequired() : undefined
}

/** Undefined when the body is larger than the server takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  // `for await` destroys the request when left early, so reading goes on by events.
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > largestBody) resolve(undefined)
      else chunks.push(chunk)
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
  })
}

function isLoopback(request: IncomingMessage): boolean {
  return /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(request.socket.remoteAddress ?? '')
}

/** A page that a browser on this machine shows names its origin; programs do not. */
function isFromPage(request: IncomingMessage): boolean {
  return request.headers.origin !== undefined
}
