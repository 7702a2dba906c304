import { encodeString } from '../message/encoding.ts'
import type { Properties } from '../runtime/settlement.ts'
import { encodeValue } from './rhea.ts'

/** Application properties that a client wants set, encoded; those without a value are left out. */
export function encodeProperties(values: object | undefined | null): Properties {
  const given = Object.entries(values ?? {}).filter(([, value]) => value !== undefined && value !== null)
  return new Map(given.map(([name, value]) => [name, encodeValue(value)]))
}

const LONGEST_REASON = 4096

export function deadLetterProperties(
  values: object | undefined | null,
  reason: string | undefined,
  description: string | undefined,
): Properties {
  const properties = new Map(encodeProperties(values))
  if (reason) properties.set('DeadLetterReason', encodeString(reason.slice(0, LONGEST_REASON)))
  if (description)
    properties.set('DeadLetterErrorDescription', encodeString(description.slice(0, LONGEST_REASON)))
  return properties
}
