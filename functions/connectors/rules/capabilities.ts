import { rolesOf, WIRE_VERSION } from '../../../shared/wire/rules/roles.ts'

/** What an agent has said that it can do. */
export interface Capable {
  readonly category: 'sage' | 'none'
  readonly wire?: number | undefined
  readonly roles?: readonly string[] | undefined
  readonly forms?: readonly string[] | undefined
}

/** What a call needs of whoever makes it. */
export interface CallNeeds {
  /** What its target is for the tenant. */
  readonly role?: string | undefined
  readonly form: string
}

/** It speaks an older version and cannot be spoken to: it must be updated. */
export function isOutdated(agent: Pick<Capable, 'wire'>): boolean {
  return (agent.wire ?? 1) < WIRE_VERSION
}

function hasForm(agent: Capable, form: string): boolean {
  return (agent.forms ?? ['http']).includes(form)
}

export function hasRole(agent: Capable, role: string): boolean {
  return rolesOf(agent).includes(role)
}

/**
 * Of the agents of a site those that can make a call: they have its form, and its role where one of them has it. A role
 * that none has may still be a target that somebody has allowed on their machines.
 */
export function capableOf<A extends Capable>(agents: readonly A[], { form, role }: CallNeeds): readonly A[] {
  const able = agents.filter((agent) => hasForm(agent, form))
  const meant = role === undefined ? [] : able.filter((agent) => hasRole(agent, role))
  return meant.length > 0 ? meant : able
}
