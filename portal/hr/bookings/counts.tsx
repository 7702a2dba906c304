import { useTranslation } from 'react-i18next'
import { type BookingCounts, useBookingCounts } from '../../api/live.tsx'
import { Row } from '../../ui/layout.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { formatNumber } from '../../ui/time.tsx'

/** How many are on their way and how many need somebody, as it changes. */
export function Counts() {
  const { t } = useTranslation('bookings')
  const counts = useBookingCounts()
  if (counts === undefined) return null
  return (
    <section aria-label={t('counts.title')}>
      <Row>
        <LinkButton
          to="/bookings?state=failed"
          appearance={counts.failed.count > 0 ? 'primary' : 'secondary'}
        >
          {t('counts.failed', { number: figure(counts.failed) })}
        </LinkButton>
        <LinkButton to="/bookings?state=pending">
          {t('counts.pending', { number: figure(counts.pending) })}
        </LinkButton>
      </Row>
    </section>
  )
}

function figure({ count, more }: BookingCounts['failed']): string {
  return more ? `> ${formatNumber(count)}` : formatNumber(count)
}
