import { type Answer, htmlPages, problem, Refusal } from './answers.ts'
import { absenceCalls } from './calls/absences.ts'
import type { Call } from './calls/call.ts'
import { configurationCalls } from './calls/configuration.ts'
import { employeeCalls } from './calls/employees.ts'
import { securityCalls } from './calls/security.ts'
import { timeAccountCalls } from './calls/time-accounts.ts'
import { timeEventCalls } from './calls/time-events.ts'
import type { Database, Site } from './site.ts'

/** A request to the API, below its base path. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
  readonly requestId: string | null
}

const calls: readonly Call[] = [
  ...securityCalls,
  ...configurationCalls,
  ...employeeCalls,
  ...timeAccountCalls,
  ...timeEventCalls,
  ...absenceCalls,
]

const callsByPath = new Map<string, Call[]>()
for (const call of calls) {
  for (const path of call.paths) {
    const key = path.toLowerCase()
    callsByPath.set(key, [...(callsByPath.get(key) ?? []), call])
  }
}

/** Answers one call in the order in which the real server looks: address, verb, database, session, rights, content. */
export function answerCall(site: Site, request: ApiRequest): Answer {
  const candidates = callsByPath.get(request.path.replace(/\/$/, '').toLowerCase())
  if (!candidates) return htmlPages.notFound()
  const call = candidates.find(({ method }) => method === request.method)
  if (!call) {
    const answer = problem(405, `The requested resource does not support http method '${request.method}'.`)
    return { ...answer, headers: { Allow: candidates.map(({ method }) => method).join(', ') } }
  }
  try {
    return run(site, call, request)
  } catch (error) {
    if (error instanceof Refusal) return error.answer
    throw error
  }
}

function run(site: Site, call: Call, request: ApiRequest): Answer {
  const database = call.access === 'open' ? site.databases[0] : chosenDatabase(site, request)
  if (!database) throw new Error('an installation has at least one database')
  const needsSession = call.access === 'signed-in' || call.access === 'data'
  const found = needsSession ? site.sessions.find(single(request.headers.cookie)) : undefined
  // A session belongs to the database that was chosen at sign-in.
  const session = found?.database === database.key ? found : undefined
  if (needsSession && !session) throw new Refusal(401, 'Authorization has been denied for this request.')
  if (call.access === 'data' && !session?.calculated) {
    throw new Refusal(403, 'The rights of this session have not been calculated.')
  }
  if (call.takesBody) requireJson(single(request.headers['content-type']))
  const { receivedAt, requestId } = request
  return call.answer({ site, database, session, receivedAt, requestId }, request.query, text(request.body))
}

/** Throws Refusal when the header names no database, or none of several. */
export function chosenDatabase(site: Site, request: ApiRequest): Database {
  const key = single(request.headers.webapidatabaseconnection)
  const found = key === undefined ? undefined : site.databases.find((database) => database.key === key)
  if (found) return found
  if (key !== undefined)
    throw new Refusal(400, `WebApiDatabaseConnection: there is no database with the key '${key}'.`)
  const [only, another] = site.databases
  if (only && !another) return only
  throw new Refusal(400, 'There are several databases: the header WebApiDatabaseConnection must choose one.')
}

function requireJson(contentType: string | undefined): void {
  if (contentType && /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType)) return
  throw new Refusal(415, 'The body must be sent with Content-Type: application/json.')
}

function text(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new Refusal(400, 'The body is not valid UTF-8.')
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}
