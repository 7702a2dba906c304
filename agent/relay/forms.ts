import type { Form } from '../../shared/wire/capabilities.ts'

/** Forms of calls that this agent executes; it tells the hub, which sends it no others. */
export const OFFERED_FORMS = ['http', 'stream'] as const satisfies readonly Form[]
export type OfferedForm = (typeof OFFERED_FORMS)[number]

/** The executor of a form, when there is one. */
export function executorFor<E>(table: Readonly<Record<OfferedForm, E>>, form: string): E | undefined {
  const offered = OFFERED_FORMS.find((one) => one === form)
  return offered && table[offered]
}
