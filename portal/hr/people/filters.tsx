import { makeStyles, Select } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { ChangeFilter } from '../../ui/address-filter.ts'
import { Row } from '../../ui/layout.tsx'
import { Search } from '../../ui/search.tsx'
import { locks, standings } from './filter.ts'
import { useGroups } from './words.ts'

const useStyles = makeStyles({
  search: { flex: '1 1 240px', maxWidth: '360px' },
  choice: { flex: '0 1 190px', minWidth: 0 },
})

/** Search and choices that narrow the list down. They stand in the address, so that a link shows the same. */
export function Filters({
  address,
  onChange,
}: {
  readonly address: URLSearchParams
  readonly onChange: ChangeFilter
}) {
  const { t } = useTranslation('people')
  const styles = useStyles()
  const groups = useGroups()
  const choices = [
    {
      name: 'state',
      label: t('filter.state'),
      all: t('filter.anyState'),
      options: standings.map((value) => ({ value, text: t(`standing.${value}`) })),
    },
    {
      name: 'lock',
      label: t('filter.lock'),
      all: t('filter.anyLock'),
      options: locks.map((value) => ({ value, text: t(`lock.${value}`) })),
    },
    {
      name: 'group',
      label: t('filter.group'),
      all: t('filter.anyGroup'),
      options: groups.map(({ id, name }) => ({ value: id, text: name })),
    },
  ]
  return (
    <Row>
      <div className={styles.search}>
        <Search
          label={t('search')}
          value={address.get('search') ?? ''}
          onSearch={(text) => onChange('search', text)}
        />
      </div>
      {choices.map(({ name, label, all, options }) => (
        <Select
          key={name}
          className={styles.choice}
          aria-label={label}
          value={address.get(name) ?? ''}
          onChange={(_, { value }) => onChange(name, value)}
        >
          <option value="">{all}</option>
          {options.map(({ value, text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </Select>
      ))}
    </Row>
  )
}
