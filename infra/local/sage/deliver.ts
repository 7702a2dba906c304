import type { ServerResponse } from 'node:http'
import type { Answer } from './answers.ts'
import type { ParsedRule } from './fault-rules.ts'

const serverHeaders = {
  Server: 'Microsoft-IIS/10.0',
  'X-Powered-By': 'ASP.NET',
  'Cache-Control': 'no-cache',
} as const

interface Payload {
  readonly type: string | undefined
  readonly bytes: Buffer
}

/** Sends the answer, damaged by the rules. Returns false when the receiver cannot have got all of it. */
export function deliver(response: ServerResponse, answer: Answer, damage: readonly ParsedRule[]): boolean {
  const { type, bytes } = payloadOf(answer, damage)
  const headers: Record<string, string> = { ...serverHeaders, ...answer.headers }
  if (type !== undefined) headers['Content-Type'] = type
  const cut = damage.find(({ kind }) => kind === 'cut-body' || kind === 'cut-chunked')
  if (cut) {
    cutOff(response, answer.status, headers, bytes, cut)
    return false
  }
  // RFC 9110, 8.6: a 204 has no Content-Length.
  if (answer.status !== 204) headers['Content-Length'] = String(bytes.length)
  response.writeHead(answer.status, headers).end(bytes)
  return true
}

function payloadOf(answer: Answer, damage: readonly ParsedRule[]): Payload {
  const { body } = answer
  if (body.kind === 'none') return { type: undefined, bytes: Buffer.alloc(0) }
  if (body.kind === 'text') return { type: body.type, bytes: Buffer.from(body.text) }
  const value = damage.reduce(damagedValue, body.value)
  const claimed = damage.find(({ kind }) => kind === 'wrong-content-type')?.contentType
  const whole = Buffer.from(JSON.stringify(value))
  const truncation = damage.find(({ kind }) => kind === 'truncated-json')
  return {
    type: claimed ?? 'application/json; charset=utf-8',
    bytes: truncation ? whole.subarray(0, truncation.bytes ?? Math.floor(whole.length / 2)) : whole,
  }
}

function isList(value: unknown): value is { Results: unknown[]; Total: number } {
  return typeof value === 'object' && value !== null && 'Results' in value && 'Total' in value
}

function damagedValue(value: unknown, rule: ParsedRule): unknown {
  if (!isList(value)) return value
  if (rule.kind === 'wrong-total') return { ...value, Total: Math.max(0, value.Total + rule.by) }
  if (rule.kind === 'short-page') return { ...value, Results: value.Results.slice(0, -rule.rows) }
  return value
}

function cutOff(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  bytes: Buffer,
  rule: ParsedRule,
): void {
  const { socket } = response
  if (bytes.length === 0) {
    // Without a body the cut goes through the header.
    socket?.write(`HTTP/1.1 ${status} `)
    socket?.destroySoon()
    return
  }
  if (rule.kind === 'cut-body') response.setHeader('Content-Length', bytes.length)
  response.writeHead(status, headers)
  // At least one byte is missing: otherwise the answer would be whole.
  const sent = Math.min(rule.bytes ?? Math.floor(bytes.length / 2), bytes.length - 1)
  if (sent === 0) response.flushHeaders()
  else response.write(bytes.subarray(0, sent))
  socket?.destroySoon()
}
