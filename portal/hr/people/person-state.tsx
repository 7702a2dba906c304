import { useTranslation } from 'react-i18next'
import { Row } from '../../ui/layout.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import type { Person } from './words.ts'

/** How a person stands: with Sage, and with the hub's own lock. */
export function PersonState({ person }: { readonly person: Person }) {
  const { t } = useTranslation('people')
  return (
    <Row>
      {person.missing ? (
        <StateBadge tone="warning">{t('standing.missing')}</StateBadge>
      ) : (
        <StateBadge tone={person.active ? 'good' : 'neutral'}>
          {person.active ? t('standing.active') : t('standing.inactive')}
        </StateBadge>
      )}
      {person.locked && <StateBadge tone="bad">{t('lock.locked')}</StateBadge>}
    </Row>
  )
}
