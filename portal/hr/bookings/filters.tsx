import { Button, Field, Input, makeStyles, Select } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { ChangeFilter } from '../../ui/address-filter.ts'
import { Row } from '../../ui/layout.tsx'
import { Search } from '../../ui/search.tsx'
import { bookingStates } from '../booking-state.tsx'

const useStyles = makeStyles({
  person: { flex: '1 1 220px', maxWidth: '300px' },
  choice: { flex: '0 1 220px', minWidth: 0 },
})

/** State, day and person of the bookings that are shown, as they stand in the address. */
export function Filters({
  address,
  onChange,
}: {
  readonly address: URLSearchParams
  readonly onChange: ChangeFilter
}) {
  const { t } = useTranslation('bookings')
  const styles = useStyles()
  const day = address.get('day') ?? ''
  return (
    <Row>
      <Select
        className={styles.choice}
        aria-label={t('filter.state')}
        value={address.get('state') ?? ''}
        onChange={(_, { value }) => onChange('state', value)}
      >
        <option value="">{t('filter.anyState')}</option>
        {bookingStates.map((state) => (
          <option key={state} value={state}>
            {t(`state.${state}`)}
          </option>
        ))}
      </Select>
      <div className={styles.person}>
        <Search
          label={t('filter.person')}
          value={address.get('person') ?? ''}
          onSearch={(text) => onChange('person', text)}
        />
      </div>
      <Field>
        <Input
          type="date"
          aria-label={t('filter.day')}
          value={day}
          onChange={(_, { value }) => onChange('day', value)}
        />
      </Field>
      {day !== '' && <Button onClick={() => onChange('day', '')}>{t('filter.anyDay')}</Button>}
    </Row>
  )
}
