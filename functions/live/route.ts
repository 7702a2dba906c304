import { createHash } from 'node:crypto'
import type { HttpRequest, InvocationContext } from '@azure/functions'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { isStegError, StegError } from '../../shared/errors/error.ts'
import type { Random } from '../../shared/random.ts'
import { type Asking, identify } from '../http/authorise.ts'
import { cookiesOf } from '../http/cookies.ts'
import type { PageRoute } from '../http/page.ts'
import type { Authentication, Principal } from '../http/principal.ts'
import { problemResponse } from '../http/problem.ts'
import { languageOf, queryOf, validate } from '../http/request.ts'
import { clientOf, type Site } from '../http/site.ts'
import type { Push } from '../platform/push/port.ts'
import { createRooms, runChannel } from './rooms.ts'
import { marksOf } from './rules/events.ts'
import { pace } from './rules/pace.ts'
import { toAudible } from './rules/permission.ts'
import { createSharedReads } from './shared-reads.ts'
import type { LiveSources } from './sources.ts'
import { liveStream, type Permission } from './stream.ts'

/** Streams of one tenant that one hub instance serves at once. */
const MOST_STREAMS = 1_000

function querySchema(topics: readonly string[]) {
  return z.object({
    topics: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.enum(topics)).max(topics.length))
      .default([...topics]),
    run: z
      .string()
      .regex(/^[0-9A-Za-z_.~-]{1,64}\/[0-9A-Za-z_.~-]{1,64}$/)
      .transform((text) => {
        const [job = '', id = ''] = text.split('/')
        return { job, id }
      })
      .optional(),
    language: z.enum(['de', 'en']).optional(),
  })
}

export interface Live {
  readonly route: PageRoute
  /** Streams that are open. */
  open(): number
  /** Ends all streams. */
  close(): void
}

/**
 * What changes, while it changes, as server-sent events below `/api/v1/live`. It is no `endpoint({…})`, because what
 * it answers is not JSON.
 */
export function createLive(parts: {
  readonly sources: LiveSources
  readonly push: Pick<Push, 'listen'>
  readonly authentication: Authentication
  readonly site: Site
  readonly clock: Clock
  readonly random: Random
}): Live {
  const { authentication, site, clock, sources } = parts
  const Query = querySchema(sources.topics.map(({ name }) => name))
  const rooms = createRooms(parts)
  const callers = createSharedReads(clock)
  const perTenant = new Map<string, number>()
  const running = new Set<AbortController>()

  function permissionOf(principal: Principal): Permission {
    if (principal.kind !== 'tenant') throw new StegError('forbidden', { right: 'jobs:read' })
    const { tenantId, rights, scope } = principal
    return { tenantId, ...toAudible(rights, scope.kind === 'everyone', sources.topics) }
  }

  /** All streams of a browser or a program are the same caller: when all of them ask at once, it is asked once. */
  function again(asking: Asking, tenantId: string, generation: number): Promise<Permission> {
    const { request, cookies, client } = asking
    const caller = JSON.stringify([request.headers.get('authorization'), cookies, client])
    const key = `${generation} ${createHash('sha256').update(caller).digest('base64url')}`
    return callers.once(tenantId, key, async () =>
      permissionOf((await identify(asking, authentication)).principal),
    )
  }

  /** As long as nobody says otherwise: a store that is away for a moment signs nobody out. */
  async function stillPermitted(
    asking: Asking,
    before: Permission,
    generation: number,
  ): Promise<Permission | undefined> {
    try {
      return await again(asking, before.tenantId, generation)
    } catch (error) {
      if (isStegError(error, 'unauthenticated') || isStegError(error, 'forbidden')) return undefined
      if (isStegError(error, 'token-suspended')) return undefined
      if (isStegError(error, 'store-unavailable')) return before
      throw error
    }
  }

  /** Counts a stream in. @returns what ends it and counts it out again. */
  function enter(tenantId: string, stream: AbortController): () => void {
    const open = perTenant.get(tenantId) ?? 0
    if (open >= MOST_STREAMS) throw new StegError('too-many-streams', { limit: MOST_STREAMS })
    perTenant.set(tenantId, open + 1)
    running.add(stream)
    const over = () => {
      stream.abort()
      if (!running.delete(stream)) return
      const left = (perTenant.get(tenantId) ?? 1) - 1
      if (left === 0) perTenant.delete(tenantId)
      else perTenant.set(tenantId, left)
    }
    // A reader that keeps the connection and reads nothing would otherwise be counted for ever.
    clock.sleep(pace.lifetime + pace.heartbeat, stream.signal).then(over, () => undefined)
    return over
  }

  async function begin(request: HttpRequest, context: InvocationContext) {
    const asking = { request, cookies: cookiesOf(request, site), client: clientOf(request, site) }
    const permission = permissionOf((await identify(asking, authentication)).principal)
    const query = validate(Query, queryOf(request), 'query', languageOf(request))
    const language = query.language ?? languageOf(request)
    const wanted = query.topics.filter((topic) => permission.topics.has(topic))
    if (wanted.length === 0 && !(query.run && permission.run)) {
      throw new StegError('forbidden', { right: 'jobs:read' })
    }
    if (query.run && permission.run) {
      await sources.run(permission.tenantId, query.run.job, query.run.id, language)
    }
    const stream = new AbortController()
    const over = enter(permission.tenantId, stream)
    const room = rooms.of(permission.tenantId)
    const seat = room.enter(query.run === undefined ? undefined : runChannel(query.run.id))
    stream.signal.addEventListener('abort', seat.leave, { once: true })
    let current: Permission | undefined = permission
    let asked = false
    const text = liveStream({
      sources,
      room,
      seat,
      clock,
      signal: stream.signal,
      language,
      topics: wanted,
      run: query.run,
      marks: marksOf(request.headers.get('last-event-id') ?? ''),
      async permission() {
        if (asked && current !== undefined) {
          current = await stillPermitted(asking, current, room.generation())
        }
        asked = true
        return current
      },
    })
    const failed = (error: unknown) => context.error('live failed', error)
    return { language, body: bodyOf(text, over, failed) }
  }

  return {
    open: () => running.size,
    close() {
      for (const stream of running) stream.abort()
      rooms.close()
    },
    route: {
      id: 'live',
      route: 'api/v1/live',
      methods: ['GET'],
      async handler(request, context) {
        try {
          const { language, body } = await begin(request, context)
          return {
            status: 200,
            headers: {
              'Content-Type': 'text/event-stream; charset=utf-8',
              'Cache-Control': 'no-store, no-transform',
              'Content-Language': language,
              'X-Content-Type-Options': 'nosniff',
              // For proxies that otherwise collect what they pass on.
              'X-Accel-Buffering': 'no',
            },
            body,
          }
        } catch (error) {
          if (!isStegError(error)) context.error('live failed', error)
          return problemResponse(error, languageOf(request), context.invocationId)
        }
      },
    },
  }
}

/** The stream as a body that is read piece by piece: the next look is made when the piece before was taken. */
function bodyOf(
  text: AsyncGenerator<string, void>,
  over: () => void,
  failed: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  let cancelled = false
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await text.next().catch((error: unknown) => {
          // The browser connects again; what went wrong is for the log.
          failed(error)
          return { done: true as const, value: undefined }
        })
        if (!next.done) return controller.enqueue(Buffer.from(next.value))
        over()
        if (!cancelled) controller.close()
      },
      cancel() {
        cancelled = true
        over()
      },
    },
    { highWaterMark: 0 },
  )
}
