import { StegError } from '../../../shared/errors/error.ts'
import type { Scope } from '../../http/principal.ts'
import type { PeopleService } from '../people/service.ts'
import { type IntakeItem, idIn, recordOf } from './intake.ts'
import type { BookingPage } from './listing.ts'
import type { BookingRow } from './rows.ts'
import type { BookingsService } from './service.ts'

/** The bookings as a caller may see them: who is limited to certain people finds only theirs (A9). */
export interface ScopedBookings {
  accept(tenantId: string, items: readonly unknown[], scope: Scope): Promise<readonly IntakeItem[]>
  list(
    tenantId: string,
    query: Omit<Parameters<BookingsService['list']>[1], 'among'>,
    scope: Scope,
  ): Promise<BookingPage>
  get(tenantId: string, id: string, scope: Scope): Promise<BookingRow>
  retry(tenantId: string, id: string, scope: Scope): Promise<BookingRow>
  dismiss(tenantId: string, id: string, scope: Scope): Promise<BookingRow>
}

export function scopedBookings(
  bookings: BookingsService,
  people: Pick<PeopleService, 'visible' | 'seesToken'>,
): ScopedBookings {
  /** @throws StegError `not-found`, also for a booking that the caller may not see */
  async function get(tenantId: string, id: string, scope: Scope): Promise<BookingRow> {
    const booking = await bookings.get(tenantId, id)
    if (await people.seesToken(tenantId, scope, booking.externalToken)) return booking
    throw new StegError('not-found', { what: 'booking' })
  }

  return {
    get,

    async accept(tenantId, items, scope) {
      const visible = await people.visible(tenantId, scope)
      if (visible === undefined) return bookings.accept(tenantId, items)
      const answers = items.map((item) => {
        const token = tokenIn(item)
        return token === undefined || visible.hasToken(token) ? undefined : refuse(item, token)
      })
      const allowed = items.filter((_, index) => answers[index] === undefined)
      const taken = (allowed.length === 0 ? [] : await bookings.accept(tenantId, allowed)).values()
      return answers.map((answer) => answer ?? (taken.next().value as IntakeItem))
    },

    async list(tenantId, query, scope) {
      if (query.person !== undefined && !(await people.seesToken(tenantId, scope, query.person))) {
        return { bookings: [], cursor: undefined }
      }
      const among = query.person === undefined ? await people.visible(tenantId, scope) : undefined
      return bookings.list(tenantId, { ...query, among })
    },

    async retry(tenantId, id, scope) {
      await get(tenantId, id, scope)
      return bookings.retry(tenantId, id)
    },

    async dismiss(tenantId, id, scope) {
      await get(tenantId, id, scope)
      return bookings.dismiss(tenantId, id)
    },
  }
}

function tokenIn(item: unknown): string | undefined {
  const token =
    typeof item === 'object' && item !== null && 'externalToken' in item ? item.externalToken : undefined
  return typeof token === 'string' ? token : undefined
}

function refuse(item: unknown, token: string): IntakeItem {
  const error = recordOf(new StegError('person-out-of-scope', { token: token.slice(0, 64) }))
  return { id: idIn(item), state: 'rejected', error }
}
