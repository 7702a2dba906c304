import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { useMay } from '../../api/session.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/layout.tsx'
import { Loaded, Page } from '../../ui/page.tsx'
import { formatDate, Time } from '../../ui/time.tsx'
import { PersonAbsences } from './person-absences.tsx'
import { PersonBalances } from './person-balances.tsx'
import { PersonBookings } from './person-bookings.tsx'
import { PersonEdit } from './person-edit.tsx'
import { personQuery } from './person-query.ts'
import { PersonState } from './person-state.tsx'
import { nameOf, type Person, useYesNo } from './words.ts'

export function Component() {
  const { t } = useTranslation('people')
  const { id = '' } = useParams()
  const may = useMay()
  const query = useQuery(personQuery(id))
  const person = query.data?.person
  return (
    <Page
      title={person === undefined ? t('one') : nameOf(person)}
      back={{ to: '/people', text: t('title') }}
      {...(person !== undefined && { lead: t('tokenIs', { token: person.externalToken }) })}
    >
      <Loaded query={query}>
        {({ person: known, version }) => (
          <>
            <PersonState person={known} />
            <PersonEdit key={known.id} person={known} version={version} />
            <FromSage person={known} />
            {may('balances:read') && <PersonBalances id={known.id} />}
            {may('absences:read') && <PersonAbsences token={known.externalToken} />}
            {may('bookings:read') && <PersonBookings token={known.externalToken} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** What Sage leads: shown, and changed there. */
function FromSage({ person }: { readonly person: Person }) {
  const { t } = useTranslation('people')
  const yesNo = useYesNo()
  return (
    <Section title={t('sage.title')}>
      <p style={{ margin: 0 }}>{t(person.missing ? 'sage.missing' : 'sage.lead')}</p>
      <Facts
        facts={[
          [t('sage.firstName'), person.firstName],
          [t('sage.lastName'), person.lastName],
          [t('sage.email'), person.email],
          [t('sage.active'), yesNo(person.active)],
          [t('column.timeManagement'), yesNo(person.timeManagement)],
          [t('column.accessControl'), yesNo(person.accessControl)],
          [t('sage.entry'), person.entry !== null && formatDate(person.entry)],
          [t('sage.exit'), person.exit !== null && formatDate(person.exit)],
          [t('column.updatedAt'), <Time key="updated" iso={person.updatedAt} />],
        ]}
      />
    </Section>
  )
}
