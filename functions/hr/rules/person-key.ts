/** How people of Sage are keyed: two numbers, the external token `3_4` that is shown, and the id that rows have. */
export interface PersonKey {
  readonly clientNumber: number
  readonly employeeNumber: number
}

/** Sorts by client, then employee; fits every key that the store takes. */
export function personId(person: PersonKey): string {
  return `s${String(person.clientNumber).padStart(6, '0')}-${String(person.employeeNumber).padStart(8, '0')}`
}

export function externalToken(person: PersonKey): string {
  return `${person.clientNumber}_${person.employeeNumber}`
}

/** The external token back from a person's id. */
export function tokenOf(id: string): string {
  const [client, employee] = id.slice(1).split('-')
  return `${Number(client)}_${Number(employee)}`
}

/** Client and employee number of an external token such as `3_4`; undefined when it cannot be one of Sage's. */
export function personKeyOf(token: string): PersonKey | undefined {
  const match = /^(0|[1-9]\d{0,5})_(0|[1-9]\d{0,7})$/.exec(token)
  return match === null ? undefined : { clientNumber: Number(match[1]), employeeNumber: Number(match[2]) }
}

/** A person's id from an external token; undefined when it cannot be one of Sage's. */
export function idOfToken(token: string): string | undefined {
  const key = personKeyOf(token)
  return key === undefined ? undefined : personId(key)
}
