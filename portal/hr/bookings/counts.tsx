import { useTranslation } from 'react-i18next'
import { useLatest } from '../../api/live.tsx'
import { Row } from '../../ui/layout.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { formatNumber } from '../../ui/time.tsx'

/** How many bookings wait, and how many need somebody; more than it counts when `more` is set. */
interface BookingCounts {
  readonly pending: { readonly count: number; readonly more: boolean }
  readonly failed: { readonly count: number; readonly more: boolean }
}

/** How many are on their way and how many need somebody, as it changes. */
export function Counts() {
  const { t } = useTranslation('bookings')
  const counts = useLatest<BookingCounts>('bookings')
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
