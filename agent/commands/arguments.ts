import { text as readAll } from 'node:stream/consumers'
import { InvalidArgumentError } from 'commander'
import { Role } from '../../shared/wire/capabilities.ts'
import { SecretName } from '../../shared/wire/credentials.ts'
import { isLoopback, normalBase, parseBase } from '../relay/rules/address.ts'

/** The hub's base address. Tokens and keys only travel encrypted, or within this machine. */
export function hubAddress(value: string): string {
  const url = parseBase(value)
  if (url === undefined)
    throw new InvalidArgumentError('It must be an https address such as https://hub.example.')
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new InvalidArgumentError('A hub on another machine must be addressed with https.')
  }
  return normalBase(url)
}

export function targetAddress(value: string): URL {
  const url = parseBase(value)
  if (url === undefined)
    throw new InvalidArgumentError('It must be an http(s) address without user and password.')
  return url
}

/** A whole number from 1 to `most`, or `default`. */
export function limit(most: number): (value: string) => number | 'default' {
  return (value) => {
    if (value === 'default') return 'default'
    const number = /^\d{1,9}$/.test(value) ? Number(value) : 0
    if (number < 1 || number > most)
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}, or "default".`)
    return number
  }
}

/** A further role behind those that were given before. */
export function furtherRole(value: string, before: readonly string[]): readonly string[] {
  if (!Role.safeParse(value).success)
    throw new InvalidArgumentError(
      'It must be a name such as exchange or caldav: small letters, digits, hyphens.',
    )
  return [...before, value]
}

/** Name of a secret, as calls name it. */
export function secretName(value: string): string {
  if (!SecretName.safeParse(value).success)
    throw new InvalidArgumentError('It must have 1 to 64 letters, digits, dots, hyphens or underscores.')
  return value
}

export function agentName(value: string): string {
  const name = value.trim()
  if (name.length < 1 || name.length > 64) throw new InvalidArgumentError('It must have 1 to 64 characters.')
  return name
}

/**
 * The access token: as given, `-` for standard input, or the variable STEG_TOKEN; the latter two do not end up in the
 * history of the shell. `undefined` when there is none.
 */
export async function accessToken(
  given: string | undefined,
  fromEnvironment: string | undefined,
): Promise<string | undefined> {
  const token = given === '-' ? await readAll(process.stdin) : (given ?? fromEnvironment)
  return token === undefined || token.trim() === '' ? undefined : token.trim()
}
