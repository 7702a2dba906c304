import { answerOf, client } from '../../api/client.ts'
import type { Portion } from '../../ui/work.ts'
import type { Filter } from './filter.ts'

/** People whom one call may name. */
const MOST_IDS = 500

export type Action =
  | { readonly kind: 'lock' | 'unlock' }
  | { readonly kind: GroupKind; readonly group: string }
type GroupKind = 'add-group' | 'remove-group'
export type ActionKind = Action['kind']
export const actionKinds: readonly ActionKind[] = ['lock', 'unlock', 'add-group', 'remove-group']

export function needsGroup(kind: ActionKind): kind is GroupKind {
  return kind === 'add-group' || kind === 'remove-group'
}

/** Whom an action is for: those ticked, or everybody that the filter finds. */
export type Chosen = { readonly ids: readonly string[] } | { readonly filter: Filter }

/** One call of an action, from a position on. @throws Problem */
export async function actOn(action: Action, chosen: Chosen, position: string | undefined): Promise<Portion> {
  const from = 'ids' in chosen ? Number(position ?? 0) : 0
  const people =
    'ids' in chosen
      ? { ids: chosen.ids.slice(from, from + MOST_IDS) }
      : { filter: chosen.filter, ...(position === undefined ? {} : { cursor: position }) }
  const { items, counts, total, cursor } = await answerOf(
    client.POST('/api/v1/people/actions', { body: { action, people } }),
  )
  const problems = items.flatMap(({ externalToken, message }) =>
    message === null ? [] : [{ item: externalToken, message }],
  )
  const { changed, unchanged } = counts
  if (!('ids' in chosen)) return { changed, unchanged, problems, total, next: cursor ?? undefined }
  const next = from + MOST_IDS < chosen.ids.length ? String(from + MOST_IDS) : undefined
  return { changed, unchanged, problems, total: chosen.ids.length, next }
}
