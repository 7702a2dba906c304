import { answerOf, client } from '../../api/client.ts'
import { isProblem } from '../../api/problem.ts'
import type { Portion } from '../../ui/work.ts'
import type { Booking } from '../booking-state.tsx'

export type Action = 'retry' | 'dismiss'
export const actions: readonly Action[] = ['retry', 'dismiss']

/** What the hub would take up; it has the last word. */
export function isPossible(action: Action, { state, inDoubt }: Booking): boolean {
  if (state === 'failed') return true
  return action === 'retry' ? state === 'dismissed' : state === 'pending' && !inDoubt
}

export function act(action: Action, id: string): Promise<unknown> {
  const params = { path: { id } }
  return action === 'retry'
    ? answerOf(client.POST('/api/v1/bookings/{id}/retry', { params }))
    : answerOf(client.POST('/api/v1/bookings/{id}/dismiss', { params }))
}

/** One of many. What cannot be done with it is told; what stands in the way of all stops the work. @throws Problem */
export async function actOnNext(
  action: Action,
  ids: readonly string[],
  position: string | undefined,
): Promise<Portion> {
  const index = Number(position ?? 0)
  const id = ids[index] ?? ''
  const next = index + 1 < ids.length ? String(index + 1) : undefined
  try {
    await act(action, id)
    return { changed: 1, unchanged: 0, problems: [], next }
  } catch (error) {
    if (!isProblem(error, 'booking-state') && !isProblem(error, 'not-found')) throw error
    return { changed: 0, unchanged: 0, problems: [{ item: id, message: error.message }], next }
  }
}
