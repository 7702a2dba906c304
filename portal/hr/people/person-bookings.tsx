import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { read } from '../../api/read.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Section } from '../../ui/layout.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { Loaded } from '../../ui/page.tsx'
import { BookingState } from '../booking-state.tsx'
import { BookingTime } from '../booking-time.tsx'

/** Bookings read of the last days, of which the newest are shown. */
const READ = 200
const SHOWN = 10
const DAYS = 14
const DAY_MS = 24 * 60 * 60 * 1000

/** What a person has booked in the last two weeks, the newest first. */
export function PersonBookings({ token }: { readonly token: string }) {
  const { t } = useTranslation('bookings')
  const from = new Date(Date.now() - DAYS * DAY_MS).toISOString().slice(0, 10)
  const bookings = useQuery(
    read('/api/v1/bookings', { params: { query: { person: token, from, limit: READ } } }),
  )
  return (
    <Section
      title={t('ofPerson.title')}
      actions={
        <LinkButton to={`/bookings?person=${encodeURIComponent(token)}`}>{t('ofPerson.all')}</LinkButton>
      }
    >
      <Loaded query={bookings}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState text={t('ofPerson.none')} />
          ) : (
            <DataTable
              label={t('ofPerson.title')}
              columns={[
                {
                  id: 'time',
                  title: t('column.when'),
                  min: 150,
                  cell: (booking) => <BookingTime booking={booking} />,
                },
                {
                  id: 'type',
                  title: t('column.type'),
                  width: 90,
                  rank: 2,
                  cell: ({ type }) => t(`type.${type}`),
                },
                {
                  id: 'state',
                  title: t('column.state'),
                  min: 130,
                  rank: 1,
                  cell: (booking) => <BookingState booking={booking} />,
                },
              ]}
              rows={items.slice(-SHOWN).toReversed()}
              keyOf={({ id }) => id}
            />
          )
        }
      </Loaded>
    </Section>
  )
}
