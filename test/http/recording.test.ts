import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AuditEvent, AuditTrail } from '../../functions/audit/port.ts'
import { type Endpoint, endpoint, noBody } from '../../functions/http/endpoint.ts'
import { httpHandler } from '../../functions/http/handler.ts'
import { StegError } from '../../shared/errors/error.ts'
import { knownCallers, operator, plainSite, tenantWith } from './callers.ts'
import { fakeContext, fakeRequest } from './request.ts'

const admin = tenantWith(['admin'])
const callers = knownCallers((sent) =>
  sent === 'admin-token'
    ? admin
    : sent === 'team-token'
      ? tenantWith(['team'])
      : sent === 'operator-token'
        ? operator
        : undefined,
)

let kept: (AuditEvent & { tenantId: string })[]
let handled: number
let ahead: 'works' | 'fails'
beforeEach(() => {
  kept = []
  handled = 0
  ahead = 'works'
})

const trail: AuditTrail = {
  async record(tenantId, event) {
    kept.push({ tenantId, ...event })
  },
  async begin(tenantId, event) {
    if (ahead === 'fails') throw new StegError('store-unavailable', { reason: 'test' })
    kept.push({ tenantId, ...event, outcome: 'begun' })
    return async (outcome, details) => {
      kept.push({ tenantId, ...event, outcome, details })
    }
  },
}

const setThing = (over: Partial<Endpoint> = {}): Endpoint => ({
  ...endpoint({
    id: 'setThing',
    method: 'PUT',
    path: '/things/{id}',
    access: { right: 'variables:write' },
    tag: 'Things',
    summary: 'A thing',
    params: z.object({ id: z.string() }),
    body: z.strictObject({ value: z.string().optional(), name: z.string().optional() }),
    success: { status: 200, schema: z.object({}) },
    errors: [],
    async handle() {
      handled += 1
      return { body: {}, audited: { count: 3 } }
    },
  }),
  ...over,
})

async function ask(definition: Endpoint, token = 'admin-token', body = '{"value":"ganz geheim","name":"x"}') {
  const response = await httpHandler(
    definition,
    callers,
    plainSite,
    trail,
  )(
    fakeRequest({
      method: definition.method,
      path: '/things/abc?secret=1',
      params: { id: 'abc' },
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-forwarded-for': '198.51.100.1, 203.0.113.7:5000',
      },
      ...(definition.method === 'GET' ? {} : { body }),
    }),
    fakeContext(),
  )
  return (response as { status: number }).status
}

describe('what is recorded of a call', () => {
  it('is who, what, to what and from where, with the names of the fields and no value', async () => {
    expect(await ask(setThing())).toBe(200)
    expect(kept).toEqual([
      {
        tenantId: 't1',
        action: 'setThing',
        actor: { kind: 'token', id: 'k1', name: 'a token' },
        address: '203.0.113.7',
        target: '/things/abc',
        outcome: 'done',
        fields: ['value', 'name'],
        details: { count: 3 },
      },
    ])
    expect(JSON.stringify(kept)).not.toContain('geheim')
  })

  it('is nothing for reading, for who is not known, and for what was not possible', async () => {
    const { body: _, ...reading } = setThing({ method: 'GET' })
    expect(await ask(reading as Endpoint)).toBe(200)
    expect(await ask(setThing(), 'somebody')).toBe(401)
    expect(await ask(setThing(), 'admin-token', '{"other":1}')).toBe(400)
    const missing = async () => {
      throw new StegError('not-found', { what: 'thing' })
    }
    expect(await ask(setThing({ handle: missing }))).toBe(404)
    expect(kept).toEqual([])
  })

  it('is a refusal when the right is missing, whether the door or the handler says so', async () => {
    expect(await ask(setThing(), 'team-token')).toBe(403)
    expect(handled).toBe(0)
    expect(kept).toMatchObject([{ action: 'setThing', outcome: 'refused', target: '/things/abc' }])
    const locked = async () => {
      throw new StegError('variable-locked', { name: 'x' })
    }
    expect(await ask(setThing({ handle: locked }))).toBe(403)
    expect(kept[1]).toMatchObject({ outcome: 'refused', details: { code: 'variable-locked' } })
  })

  it('is for the tenant to see when the operator changes something of it', async () => {
    const access = 'operator'
    const params = z.object({ tenantId: z.string() })
    const path = '/tenants/{tenantId}/unlock'
    const definition = setThing({ access, path, params })
    const response = await httpHandler(
      definition,
      callers,
      plainSite,
      trail,
    )(
      fakeRequest({
        method: 'PUT',
        params: { tenantId: 'tabc' },
        headers: { authorization: 'Bearer operator-token', 'content-type': 'application/json' },
        body: '{}',
      }),
      fakeContext(),
    )
    expect(response).toMatchObject({ status: 200 })
    expect(await ask(setThing({ access }), 'operator-token')).toBe(200)
    expect(kept).toMatchObject([
      { tenantId: 'tabc', target: '/tenants/tabc/unlock', actor: { kind: 'operator' } },
      { tenantId: 'operator', target: '/things/abc' },
    ])
  })

  it('is whom the handler found, where nobody is asked who they are', async () => {
    const actor = { kind: 'agent', id: 'a1', name: 'Agent' } as const
    const recordedAs = { tenantId: 't9', actor }
    const enrol = setThing({ access: 'anyone', handle: async () => ({ ...noBody, recordedAs }) })
    expect(await ask(enrol)).toBe(200)
    expect(await ask(setThing({ access: 'anyone' }))).toBe(200)
    expect(kept).toMatchObject([{ tenantId: 't9', actor, action: 'setThing', outcome: 'done' }])
  })
})

describe('a sensitive change', () => {
  const sensitive = (over: Partial<Endpoint> = {}) => setThing({ audit: 'ahead', ...over })

  it('is written down before, with its outcome after', async () => {
    expect(await ask(sensitive())).toBe(200)
    expect(kept.map(({ outcome }) => outcome)).toEqual(['begun', 'done'])
    const failing = async () => {
      throw new StegError('store-conflict', { key: 'x' })
    }
    expect(await ask(sensitive({ handle: failing }))).toBe(412)
    expect(kept.slice(2)).toMatchObject([
      { outcome: 'begun' },
      { outcome: 'failed', details: { code: 'store-conflict' } },
    ])
  })

  it('does not happen when it cannot be written down', async () => {
    ahead = 'fails'
    expect(await ask(sensitive())).toBe(503)
    expect(handled).toBe(0)
  })
})
