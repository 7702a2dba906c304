import { encodeString } from '../message/encoding.ts'

/** What Service Bus notes on a message that it dead-letters by itself, as application properties. */
export type Reasons = ReadonlyMap<string, Buffer>

function reasons(reason: string, description: string): Reasons {
  return new Map([
    ['DeadLetterReason', encodeString(reason)],
    ['DeadLetterErrorDescription', encodeString(description)],
  ])
}

export const expired = reasons('TTLExpiredException', 'The message expired and was dead lettered.')

/** The message was handed out as often as allowed. */
export const exhausted = (count: number): Reasons =>
  reasons('MaxDeliveryCountExceeded', `Message could not be consumed after ${count} delivery attempts.`)
