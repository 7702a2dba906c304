import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { covers, pathOf, verifyToken } from '../access/sas.ts'
import type { BrokerServices } from '../amqp/peer.ts'
import type { Queue } from '../runtime/queue.ts'
import type { Refusal } from '../runtime/refusal.ts'
import { queueNameSchema } from '../settings.ts'
import { parseDescription, writeEntry, writeFeed, writeNamespace, writeProblem } from './description.ts'

/** The part of the management REST API that creates, reads, lists and deletes queues. */

interface Reply {
  readonly status: number
  readonly xml: string
}

const MAX_BODY_BYTES = 64 * 1024
const DEFAULT_PAGE = 100

const problem = (status: number, detail: string): Reply => ({ status, xml: writeProblem(status, detail) })

const notFound = (name: string) => problem(404, `SubCode=40400. The queue '${name}' does not exist.`)

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    length += chunk.length
    if (length > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A token with the right to manage, for this path or one above it. */
function refusedAccess(services: BrokerServices, token: string | undefined, path: string): Reply | undefined {
  if (!token)
    return problem(401, 'MissingToken: an Authorization header with a shared access signature is needed.')
  const verdict = verifyToken(token, services.policies, services.clock.now())
  if (!verdict.ok) return problem(401, `InvalidSignature: ${verdict.problem}`)
  const place = pathOf(verdict.grant.audience)
  if (place !== '' && !covers(place, path.toLowerCase()))
    return problem(401, 'InvalidAudience: the token is for another resource.')
  if (!verdict.grant.rights.has('manage')) return problem(401, "The right 'manage' is needed.")
  return undefined
}

const promised = (start: (done: (refused?: Refusal) => void) => void) =>
  new Promise<Refusal | undefined>((resolve) => start(resolve))

function refusedReply(refused: Refusal): Reply {
  if (refused.condition === 'com.microsoft:entity-already-exists')
    return problem(409, `SubCode=40900. ${refused.description}`)
  return problem(refused.condition === 'amqp:resource-limit-exceeded' ? 403 : 500, refused.description)
}

async function create(
  services: BrokerServices,
  name: string,
  request: IncomingMessage,
  base: string,
): Promise<Reply> {
  const body = await readBody(request)
  if (body === undefined) return problem(413, 'The description is too large.')
  if (request.headers['if-match'] !== undefined)
    return problem(
      400,
      'SubCode=40000. The local broker does not change queues; delete it and create it anew.',
    )
  if (!queueNameSchema.safeParse(name).success)
    return problem(400, `SubCode=40000. '${name}' is not a queue name.`)
  let settings: ReturnType<typeof parseDescription>
  try {
    settings = parseDescription(body)
  } catch (cause) {
    const detail = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause)
    return problem(400, `SubCode=40000. Not a queue description: ${detail}`)
  }
  const refused = await promised((done) => services.namespace.create(name, settings, done))
  const queue = services.namespace.find(name)
  if (refused || !queue) return refused ? refusedReply(refused) : notFound(name)
  return { status: 201, xml: writeEntry(queue, base) }
}

async function remove(services: BrokerServices, queue: Queue): Promise<Reply> {
  const refused = await promised((done) => services.namespace.delete(queue, done))
  return refused ? refusedReply(refused) : { status: 200, xml: '' }
}

function list(services: BrokerServices, url: URL, base: string): Reply {
  const skip = Math.max(Number(url.searchParams.get('$skip') ?? 0) || 0, 0)
  const top = Math.max(Number(url.searchParams.get('$top') ?? DEFAULT_PAGE) || DEFAULT_PAGE, 1)
  const all = services.namespace.list()
  const next = `${base}/$Resources/Queues?$skip=${skip + top}&$top=${top}`
  return {
    status: 200,
    xml: writeFeed(all.slice(skip, skip + top), base, skip + top < all.length ? next : undefined),
  }
}

const LIST_PATH = '$resources/queues'
const NAMESPACE_PATH = '$namespaceinfo'

async function answer(services: BrokerServices, request: IncomingMessage): Promise<Reply> {
  const base = `http://${request.headers.host ?? 'localhost'}`
  const url = new URL(request.url ?? '/', base)
  const path = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '')
  const refused = refusedAccess(services, request.headers.authorization, url.pathname.slice(1))
  if (refused) return refused
  if (request.method === 'GET' && path.toLowerCase() === LIST_PATH) return list(services, url, base)
  if (request.method === 'GET' && path.toLowerCase() === NAMESPACE_PATH)
    return { status: 200, xml: writeNamespace(base, services.clock.now()) }
  if (request.method === 'PUT') return create(services, path, request, base)
  const queue = services.namespace.find(path)
  if (!queue) return notFound(path)
  if (request.method === 'GET') return { status: 200, xml: writeEntry(queue, base) }
  if (request.method === 'DELETE') return remove(services, queue)
  return problem(405, 'Only GET, PUT and DELETE are known here.')
}

export async function handleAtom(
  services: BrokerServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reply: Reply
  try {
    reply = await answer(services, request)
  } catch (cause) {
    services.log.error('a management request failed', { url: request.url, cause: String(cause) })
    reply = problem(500, 'The request could not be handled.')
  }
  response.writeHead(reply.status, { 'content-type': 'application/atom+xml;charset=utf-8' })
  response.end(reply.xml)
}
