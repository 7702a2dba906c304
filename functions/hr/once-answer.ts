import { StegError } from '../../shared/errors/error.ts'
import type { Answer } from '../sync/delivery/port.ts'
import { type AnswerKind, kindOfReply } from '../sync/delivery/rules/answer.ts'
import type { OnceAnswer } from './sage/port.ts'

type Indeterminate = Exclude<AnswerKind, 'accepted' | 'refused' | 'blocked' | 'not-sent'>

/** What Sage's answer to a request that is sent once means to the delivery of an item. */
export function toDeliveryAnswer<Found>(
  path: string,
  reply: OnceAnswer & { /** The Id in it, where there is one. */ readonly id: unknown },
  make: {
    readonly accepted: (id: string) => Found
    readonly refused: (status: number, reason: string) => StegError
    readonly indeterminate: (kind: Indeterminate) => StegError
  },
): Answer<Found> {
  const kind = kindOfReply(reply)
  switch (kind) {
    case 'accepted':
      return { kind, found: make.accepted(String(reply.id)) }
    case 'refused':
      return { kind, error: make.refused(reply.status, reasonIn(reply.value)) }
    case 'blocked':
    case 'not-sent':
      return { kind, error: new StegError('sage-refused', { path, status: reply.status }) }
    default:
      return { kind, error: make.indeterminate(kind) }
  }
}

/** Sage's own words: `{Message}` as ASP.NET answers, or a plain text. */
function reasonIn(value: unknown): string {
  const message = typeof value === 'object' && value !== null && 'Message' in value ? value.Message : value
  return typeof message === 'string' ? message.slice(0, 300) : '–'
}
