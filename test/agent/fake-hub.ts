import type { KeyObject } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { verifyAssertion, verifyEnrolmentProof } from '../../functions/connectors/proof.ts'
import { problemBody } from '../../functions/http/problem.ts'
import type { Clock } from '../../shared/clock.ts'
import { isStegError, type Language, StegError } from '../../shared/errors/error.ts'
import { WIRE_VERSION } from '../../shared/wire/capabilities.ts'
import {
  EnrolmentRequest,
  type EnrolmentResponse,
  SESSION_AUDIENCE,
  type SessionResponse,
} from '../../shared/wire/enrolment.ts'
import { type Channel, makeSealKey, openChannel, sealPublicKey } from '../../shared/wire/seal.ts'

export const TOKEN = 'mat-0123456789abcdefghijklmnopqrstuvwxyz'

export interface FakeHub {
  readonly url: string
  /** Enrolments and sessions asked for, in their order; also those refused. */
  readonly asked: ('enrolment' | 'session')[]
  readonly enrolled: { request: EnrolmentRequest; publicKey: string }[]
  /** Sessions granted. */
  readonly sessions: string[]
  /** Milliseconds by which the hub's clock differs from the machine's. */
  ahead: number
  targets: EnrolmentResponse['targets']
  /** To the agent that has enrolled. */
  channel(): Channel
  revoked: boolean
  /** Answers instead of the hub, for as long as it returns true. */
  intercept: (request: http.IncomingMessage, response: http.ServerResponse) => boolean
  /** The broker and the tokens for it. */
  grant: (agentId: string, now: number) => Omit<SessionResponse, 'wire' | 'agentId' | 'serverTime'>
  /** The version of the wire that it says it speaks; `undefined`: it says nothing, as the first one. */
  wire: number | undefined
  /** What agents have said of themselves when they opened a session. */
  readonly announced: unknown[]
  /** The keys that an agent has enrolled with elsewhere. */
  know(publicKey: string, sealKey: string, hubKey: KeyObject): void
  now(): number
  stop(): Promise<void>
  start(): Promise<void>
}

/** A hub as far as an agent sees it over HTTP. Proofs are checked as the real hub checks them. */
export async function fakeHub(): Promise<FakeHub> {
  const keys = new Map<string, string>()
  const thumbprints = new Map<string, string>()
  const sealKey = makeSealKey()
  let channel: Channel | undefined
  let server: http.Server | undefined
  let port = 0

  const hub: FakeHub = {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    asked: [],
    enrolled: [],
    sessions: [],
    ahead: 0,
    targets: {},
    channel: () => {
      if (channel === undefined) throw new Error('no agent has enrolled')
      return channel
    },
    revoked: false,
    intercept: () => false,
    grant: () => {
      throw new StegError('bus-unavailable', { reason: 'there is no broker in this test' })
    },
    wire: WIRE_VERSION,
    announced: [],
    know(publicKey, peerKey, privateKey) {
      keys.set('t1-agent1', publicKey)
      const ends = { side: 'hub', tenantId: 't1', agentId: 't1-agent1' } as const
      channel = openChannel({ ...ends, privateKey, peerKey })
    },
    now: () => Date.now() + hub.ahead,
    stop: () =>
      new Promise((resolve) => {
        server?.closeAllConnections()
        server?.close(() => resolve())
      }),
    async start() {
      server = http.createServer(answer)
      await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve))
      port = (server.address() as AddressInfo).port
    },
  }
  const clock: Clock = { now: hub.now, sleep: () => Promise.reject(new Error('the hub does not sleep')) }

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    response.setHeader('date', new Date(hub.now()).toUTCString())
    hub.asked.push(request.url?.endsWith('/sessions') ? 'session' : 'enrolment')
    if (hub.intercept(request, response)) return
    try {
      const body = JSON.parse(Buffer.concat(chunks).toString())
      const result = request.url === '/api/v1/agent/enrolments' ? await enrol(body) : await openSession(body)
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(result))
    } catch (error) {
      const known = isStegError(error) ? error : new StegError('internal-error', { reference: String(error) })
      const language: Language = request.headers['accept-language'] === 'de' ? 'de' : 'en'
      response
        .writeHead(known.status, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify(problemBody(known, language)))
    }
  }

  async function enrol(body: unknown): Promise<EnrolmentResponse> {
    const request = EnrolmentRequest.parse(body)
    const {
      publicKey,
      thumbprint,
      sealKey: peerKey,
    } = await verifyEnrolmentProof(request.proof, request.token, clock)
    const used = thumbprints.get(request.token)
    if (request.token !== TOKEN || (used !== undefined && used !== thumbprint)) {
      throw new StegError('access-token-invalid', {})
    }
    thumbprints.set(request.token, thumbprint)
    hub.enrolled.push({ request, publicKey })
    keys.set('t1-agent1', publicKey)
    const ends = { side: 'hub', tenantId: 't1', agentId: 't1-agent1' } as const
    channel = openChannel({ ...ends, privateKey: sealKey, peerKey })
    return {
      wire: WIRE_VERSION,
      agentId: 't1-agent1',
      name: request.name,
      tenant: { id: 't1', name: 'Firma GmbH' },
      targets: hub.targets,
      sealKey: sealPublicKey(sealKey),
    }
  }

  async function openSession(body: { assertion: string }): Promise<SessionResponse> {
    const agentId = 't1-agent1'
    const claims = await verifyAssertion(
      body.assertion,
      agentId,
      keys.get(agentId) ?? '',
      SESSION_AUDIENCE,
      clock,
    )
    hub.announced.push(claims.agent)
    if (hub.revoked) throw new StegError('agent-revoked', { agent: 'Agent 1' })
    const now = hub.now()
    const wire = hub.wire as number
    const session = { wire, agentId, serverTime: new Date(now).toISOString(), ...hub.grant(agentId, now) }
    hub.sessions.push(session.expiresAt)
    return session
  }

  await hub.start()
  onTestFinished(() => hub.stop())
  return hub
}
