import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { StateBadge, type Tone } from '../ui/state-badge.tsx'

export type Booking = Answer<'/api/v1/bookings/{id}'>

const tones: Readonly<Record<Booking['state'], Tone>> = {
  pending: 'busy',
  exported: 'good',
  failed: 'bad',
  dismissed: 'neutral',
  imported: 'neutral',
}

export const bookingStates = Object.keys(tones) as readonly Booking['state'][]

export function BookingState({ booking: { state, inDoubt } }: { readonly booking: Booking }) {
  const { t } = useTranslation('bookings')
  return (
    <StateBadge tone={inDoubt ? 'warning' : tones[state]}>
      {inDoubt ? t('inDoubt') : t(`state.${state}`)}
    </StateBadge>
  )
}
