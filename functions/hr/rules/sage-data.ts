import { StegError } from '../../../shared/errors/error.ts'
import type { PersonKey } from './person-key.ts'

/** The fields that Sage leads; what the tenant sets in the hub is not among them. Days are `YYYY-MM-DD`. */
export interface SageFields {
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly email?: string | undefined
  readonly active: boolean
  readonly timeManagement: boolean
  readonly accessControl: boolean
  readonly entry?: string | undefined
  readonly exit?: string | undefined
}

/** A person as Sage lists it. */
export interface SagePerson extends SageFields, PersonKey {}

/** The value at a dotted path of what Sage sent, undefined when there is none. */
export function fieldOf(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((current, name) => {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined
    return (current as Record<string, unknown>)[name]
  }, value)
}

/** Sage's answer at this path is of another form; `problem` says in which way. */
export function unexpected(path: string, problem: string): StegError {
  return new StegError('sage-unexpected-data', { path, problem })
}
