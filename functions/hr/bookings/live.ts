import type { LiveTopic } from '../../live/topic.ts'
import type { BookingsService } from './service.ts'

/** Milliseconds between two looks: each costs up to four pages. */
const REST = 1_000

/** How many bookings wait, and how many failed. */
export function bookingsTopic(bookings: {
  count(tenantId: string, state: 'pending' | 'failed'): ReturnType<BookingsService['count']>
}): LiveTopic {
  return {
    name: 'bookings',
    tables: ['Bookings'],
    right: 'bookings:read',
    aboutEverybody: true,
    rest: REST,
    async read(tenantId) {
      const [pending, failed] = await Promise.all([
        bookings.count(tenantId, 'pending'),
        bookings.count(tenantId, 'failed'),
      ])
      return { data: { pending, failed } }
    },
  }
}
