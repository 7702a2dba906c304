import {
  Button,
  Caption1,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from '@fluentui/react-components'
import { MoreHorizontal20Regular } from '@fluentui/react-icons/svg/more-horizontal'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Link } from '../../ui/link.tsx'
import { LongText } from '../../ui/long-text.tsx'
import { selectionColumn } from '../../ui/selection.tsx'
import { type Booking, BookingState } from '../booking-state.tsx'
import { BookingTime } from '../booking-time.tsx'
import type { Asked } from './action-dialog.tsx'
import { actions, isPossible } from './actions.ts'

const useStyles = makeStyles({
  time: { display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', columnGap: tokens.spacingHorizontalS },
  type: { color: tokens.colorNeutralForeground3 },
  small: { display: 'block', color: tokens.colorNeutralForeground3, overflowWrap: 'anywhere' },
})

export function BookingsTable({
  bookings,
  editing,
}: {
  readonly bookings: readonly Booking[]
  /** Left out for those who may only look. */
  readonly editing?: {
    readonly selected: ReadonlySet<string>
    readonly onSelect: (selected: ReadonlySet<string>) => void
    readonly onAsk: (asked: Asked) => void
  }
}) {
  const { t } = useTranslation('bookings')
  const styles = useStyles()
  const facts: readonly Column<Booking>[] = [
    {
      id: 'time',
      title: t('column.time'),
      min: 150,
      cell: (booking) => (
        <div className={styles.time}>
          <BookingTime booking={booking} />
          <Caption1 className={styles.type}>{t(`type.${booking.type}`)}</Caption1>
        </div>
      ),
    },
    {
      id: 'person',
      title: t('column.person'),
      width: 100,
      rank: 2,
      cell: ({ externalToken }) => (
        <Link to={`/people?search=${encodeURIComponent(externalToken)}`}>{externalToken}</Link>
      ),
    },
    {
      id: 'state',
      title: t('column.state'),
      min: 180,
      rank: 1,
      cell: (booking) => (
        <>
          <BookingState booking={booking} />
          {booking.error !== null && <LongText>{booking.error.message}</LongText>}
        </>
      ),
    },
    {
      id: 'source',
      title: t('column.source'),
      width: 180,
      rank: 3,
      cell: (booking) => (
        <>
          {t(`source.${booking.source}`)}
          <Caption1 className={styles.small}>
            {booking.sageId === null ? booking.id : t('sageId', { id: booking.sageId })}
          </Caption1>
        </>
      ),
    },
  ]
  if (editing === undefined) {
    return <DataTable label={t('list')} columns={facts} rows={bookings} keyOf={({ id }) => id} />
  }
  const { selected, onSelect, onAsk } = editing
  const describe = (booking: Booking) =>
    t('one', { person: booking.externalToken, type: t(`type.${booking.type}`), time: booking.time })
  const selection = selectionColumn({
    rows: bookings,
    keyOf: ({ id }) => id,
    nameOf: describe,
    selected,
    onSelect,
    all: t('selectShown'),
    canSelect: (booking) => actions.some((action) => isPossible(action, booking)),
  })
  const menu: Column<Booking> = {
    id: 'actions',
    title: t('column.actions'),
    titleHidden: true,
    width: 64,
    cell: (booking) => <BookingMenu booking={booking} name={describe(booking)} onAsk={onAsk} />,
  }
  return (
    <DataTable
      label={t('list')}
      columns={[selection, ...facts, menu]}
      rows={bookings}
      keyOf={({ id }) => id}
    />
  )
}

function BookingMenu({
  booking,
  name,
  onAsk,
}: {
  readonly booking: Booking
  readonly name: string
  readonly onAsk: (asked: Asked) => void
}) {
  const { t } = useTranslation('bookings')
  const possible = actions.filter((action) => isPossible(action, booking))
  if (possible.length === 0) return null
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<MoreHorizontal20Regular />}
          aria-label={t('actionsFor', { booking: name })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {possible.map((action) => (
            <MenuItem key={action} onClick={() => onAsk({ action, ids: [booking.id] })}>
              {t(`${action}.menu`)}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
