/** AMQP error conditions as Service Bus uses them; its client turns each into one of its error codes. */
export type Condition =
  | 'amqp:decode-error'
  | 'amqp:internal-error'
  | 'amqp:link:message-size-exceeded'
  | 'amqp:not-allowed'
  | 'amqp:not-found'
  | 'amqp:not-implemented'
  | 'amqp:resource-limit-exceeded'
  | 'amqp:unauthorized-access'
  | 'com.microsoft:argument-error'
  | 'com.microsoft:entity-already-exists'
  | 'com.microsoft:message-lock-lost'
  | 'com.microsoft:message-not-found'
  | 'com.microsoft:server-busy'
  | 'com.microsoft:session-cannot-be-locked'
  | 'com.microsoft:session-lock-lost'
  | 'com.microsoft:timeout'

/** Why the broker does not do what it was asked. */
export interface Refusal {
  readonly condition: Condition
  readonly description: string
}

export const refusal = (condition: Condition, description: string): Refusal => ({ condition, description })

/** The client recognises this very sentence. */
export const noSuchQueue = (name: string) =>
  refusal('amqp:not-found', `The messaging entity '${name}' could not be found.`)

const SQLITE_FULL = 13

export function storageRefusal(failure: Error): Refusal {
  if ('errcode' in failure && failure.errcode === SQLITE_FULL)
    return refusal('amqp:resource-limit-exceeded', 'There is no room left to store messages.')
  return refusal('amqp:internal-error', `The change could not be stored: ${failure.message}`)
}

export const unreadable = refusal('amqp:internal-error', 'The message cannot be read.')
