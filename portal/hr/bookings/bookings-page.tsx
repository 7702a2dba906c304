import { Button, Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readPages } from '../../api/read.ts'
import { useMay } from '../../api/session.tsx'
import { useAddressFilter } from '../../ui/address-filter.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Row } from '../../ui/layout.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Pages } from '../../ui/paging.tsx'
import { formatNumber } from '../../ui/time.tsx'
import type { Booking } from '../booking-state.tsx'
import { ActionDialog, type Asked } from './action-dialog.tsx'
import { actions, isPossible } from './actions.ts'
import { BookingsTable } from './bookings-table.tsx'
import { Counts } from './counts.tsx'
import { type Filter, filterOf } from './filter.ts'
import { Filters } from './filters.tsx'

const PAGE = 50
const none: ReadonlySet<string> = new Set()

const useStyles = makeStyles({ note: { color: tokens.colorNeutralForeground3 } })

export function Component() {
  const { t } = useTranslation('bookings')
  const styles = useStyles()
  const mayEdit = useMay()('bookings:write')
  const [address, change] = useAddressFilter()
  const [opened] = useState(Date.now)
  const filter = filterOf(address, opened)
  const about = address.toString()
  const bookings = useInfiniteQuery(
    readPages('/api/v1/bookings', { params: { query: { ...filter, limit: PAGE } } }),
  )
  // A selection is for the list that it was made in.
  const [selection, setSelection] = useState({ about, selected: none })
  const selected = selection.about === about ? selection.selected : none
  const [asked, setAsked] = useState<Asked>()
  const editing = {
    selected,
    onSelect: (now: ReadonlySet<string>) => setSelection({ about, selected: now }),
    onAsk: setAsked,
  }
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Counts />
      <Filters address={address} onChange={change} />
      {filter.from !== undefined && <Caption1 className={styles.note}>{t('lately')}</Caption1>}
      <Pages query={bookings} empty={<Nothing filter={filter} />}>
        {(rows) => (
          <>
            {mayEdit && <Selected bookings={rows} selected={selected} onAsk={setAsked} />}
            <BookingsTable bookings={rows} {...(mayEdit && { editing })} />
          </>
        )}
      </Pages>
      {asked !== undefined && (
        <ActionDialog
          asked={asked}
          onClose={() => {
            setAsked(undefined)
            setSelection({ about, selected: none })
          }}
        />
      )}
    </Page>
  )
}

/** What can be done with those ticked: each only where it is possible. */
function Selected({
  bookings,
  selected,
  onAsk,
}: {
  readonly bookings: readonly Booking[]
  readonly selected: ReadonlySet<string>
  readonly onAsk: (asked: Asked) => void
}) {
  const { t } = useTranslation('bookings')
  const chosen = bookings.filter(({ id }) => selected.has(id))
  if (chosen.length === 0) return null
  return (
    <section aria-label={t('selection')}>
      <Row>
        <span role="status">
          {t('selected', { count: chosen.length, number: formatNumber(chosen.length) })}
        </span>
        {actions.map((action) => {
          const ids = chosen.filter((booking) => isPossible(action, booking)).map(({ id }) => id)
          return (
            <Button key={action} disabled={ids.length === 0} onClick={() => onAsk({ action, ids })}>
              {t(`${action}.selected`, { number: formatNumber(ids.length) })}
            </Button>
          )
        })}
      </Row>
    </section>
  )
}

function Nothing({ filter }: { readonly filter: Filter }) {
  const { t } = useTranslation('bookings')
  if (filter.from !== undefined) {
    return (
      <EmptyState
        text={t('empty.lately')}
        action={<LinkButton to="/docs/api">{t('empty.api')}</LinkButton>}
      />
    )
  }
  if (filter.state === 'failed' && filter.person === undefined && filter.day === undefined) {
    return <EmptyState text={t('empty.failed')} />
  }
  return (
    <EmptyState
      text={t('empty.filter')}
      action={<LinkButton to="/bookings">{t('empty.clear')}</LinkButton>}
    />
  )
}
