import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { read } from '../../api/read.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/layout.tsx'
import { Loaded } from '../../ui/page.tsx'
import { formatDate, formatNumber } from '../../ui/time.tsx'
import { hoursOf } from './minutes.ts'

/** The accounts of a person, as Sage counted them last. */
export function PersonBalances({ id }: { readonly id: string }) {
  const { t } = useTranslation('people')
  const balances = useQuery(read('/api/v1/people/{id}/balances', { params: { path: { id } } }))
  return (
    <Section title={t('balances.title')}>
      <Loaded query={balances}>
        {({ accounts, readThrough }) =>
          accounts.length === 0 ? (
            <EmptyState text={t('balances.none')} />
          ) : (
            <>
              <Facts
                facts={accounts.map(({ name, minutes }) => [
                  name,
                  t('balances.hours', { hours: hoursOf(minutes, formatNumber) }),
                ])}
              />
              {readThrough !== null && (
                <p style={{ margin: 0 }}>{t('balances.asOf', { day: formatDate(readThrough) })}</p>
              )}
            </>
          )
        }
      </Loaded>
    </Section>
  )
}
