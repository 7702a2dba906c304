import { useTranslation } from 'react-i18next'
import { formatDateTime } from '../ui/time.tsx'
import type { Booking } from './booking-state.tsx'

/**
 * When it was booked: once it is in Sage by the clock there, before that by the clock here. What was sent, with its offset,
 * is seen on hover.
 */
export function BookingTime({ booking: { time, sageTime } }: { readonly booking: Booking }) {
  // Formats by the language, which this follows.
  useTranslation()
  // A date and time without offset is read, and shown again, by one and the same clock.
  const shown = formatDateTime(sageTime ?? time, { seconds: true })
  return (
    <time dateTime={time} title={time} style={{ fontVariantNumeric: 'tabular-nums' }}>
      {shown}
    </time>
  )
}
