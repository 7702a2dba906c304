import { Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readPages } from '../../api/read.ts'
import { useMay } from '../../api/session.tsx'
import { useAddressFilter } from '../../ui/address-filter.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Pages } from '../../ui/paging.tsx'
import { formatNumber } from '../../ui/time.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { filterOf, isNarrow, queryOf } from './filter.ts'
import { Filters } from './filters.tsx'
import { PeopleTable } from './people-table.tsx'
import { SyncButton, SyncProgress, useSync } from './sync.tsx'

const PAGE = 50

const useStyles = makeStyles({ note: { color: tokens.colorNeutralForeground3 } })

/** Who is ticked; `everybody` is all whom the filter finds, also those who are not shown yet. */
type Selection = ReadonlySet<string> | 'everybody'
const nobody: Selection = new Set<string>()

export function Component() {
  const { t } = useTranslation('people')
  const styles = useStyles()
  const may = useMay()
  const sync = useSync()
  const [address, change] = useAddressFilter()
  const filter = filterOf(address)
  const about = address.toString()
  // A selection is for the list that it was made in.
  const [selection, setSelection] = useState<{ about: string; selected: Selection }>()
  const selected = selection?.about === about ? selection.selected : nobody
  const select = (now: Selection) => setSelection({ about, selected: now })
  const people = useInfiniteQuery(
    readPages('/api/v1/people', { params: { query: { ...queryOf(filter), limit: PAGE } } }),
  )
  const total = people.data?.pages.at(-1)?.total ?? 0
  const count = selected === 'everybody' ? total : selected.size
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <>
          <LinkButton to="/people/groups">{t('groups.title')}</LinkButton>
          <SyncButton sync={sync} />
        </>
      }
    >
      <SyncProgress sync={sync} />
      <Filters address={address} onChange={change} />
      {count > 0 && (
        <BulkBar
          chosen={selected === 'everybody' ? { filter } : { ids: [...selected] }}
          count={count}
          total={total}
          onAll={() => select('everybody')}
          onClear={() => select(nobody)}
        />
      )}
      <Pages query={people} empty={<Nobody narrow={isNarrow(filter)} />}>
        {(rows) => (
          <>
            <Caption1 className={styles.note} role="status">
              {t(isNarrow(filter) ? 'found' : 'total', { count: total, number: formatNumber(total) })}
            </Caption1>
            <PeopleTable
              people={rows}
              {...(may('people:write') && {
                selection: {
                  selected: selected === 'everybody' ? new Set(rows.map(({ id }) => id)) : selected,
                  onSelect: select,
                },
              })}
            />
          </>
        )}
      </Pages>
    </Page>
  )
}

function Nobody({ narrow }: { readonly narrow: boolean }) {
  const { t } = useTranslation('people')
  if (!narrow) return <EmptyState text={t('none')} />
  return <EmptyState text={t('noMatch')} action={<LinkButton to="/people">{t('filter.clear')}</LinkButton>} />
}
