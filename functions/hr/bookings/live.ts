import type { LiveTopic } from '../../live/topic.ts'
import type { BookingsService } from './service.ts'

/** How many bookings wait, and how many failed. Four pages at most, so it is looked at less often than others. */
export function bookingsTopic(bookings: {
  count(tenantId: string, state: 'pending' | 'failed'): ReturnType<BookingsService['count']>
}): LiveTopic {
  return {
    name: 'bookings',
    tables: ['Bookings'],
    right: 'bookings:read',
    aboutEverybody: true,
    costly: true,
    async read(tenantId) {
      const [pending, failed] = await Promise.all([
        bookings.count(tenantId, 'pending'),
        bookings.count(tenantId, 'failed'),
      ])
      return { data: { pending, failed } }
    },
  }
}
