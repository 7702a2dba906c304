/** What the list of people is narrowed down to, as it stands in the address of the page. */
export interface Filter {
  readonly search?: string
  readonly active?: boolean
  readonly missing?: boolean
  readonly locked?: boolean
  readonly group?: string
}

export const standings = ['active', 'inactive', 'missing'] as const
export const locks = ['locked', 'unlocked'] as const

/** An address may say anything: what it does not mean is left out. */
export function filterOf(address: URLSearchParams): Filter {
  const search = address.get('search')?.trim() ?? ''
  const group = address.get('group') ?? ''
  return {
    ...(search === '' ? {} : { search }),
    ...standingOf(address.get('state')),
    ...lockOf(address.get('lock')),
    ...(group === '' ? {} : { group }),
  }
}

/** As a query writes it. */
export function queryOf({ active, missing, locked, ...texts }: Filter) {
  return {
    ...texts,
    ...(active === undefined ? {} : { active: flag(active) }),
    ...(missing === undefined ? {} : { missing: flag(missing) }),
    ...(locked === undefined ? {} : { locked: flag(locked) }),
  }
}

function flag(value: boolean): 'true' | 'false' {
  return value ? 'true' : 'false'
}

export function isNarrow(filter: Filter): boolean {
  return Object.keys(filter).length > 0
}

function standingOf(text: string | null): Filter {
  if (text === 'active') return { active: true }
  if (text === 'inactive') return { active: false }
  return text === 'missing' ? { missing: true } : {}
}

function lockOf(text: string | null): Filter {
  if (text === 'locked') return { locked: true }
  return text === 'unlocked' ? { locked: false } : {}
}
