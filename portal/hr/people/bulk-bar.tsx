import {
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '../../ui/time.tsx'
import { type ActionKind, actionKinds, type Chosen } from './bulk.ts'
import { BulkDialog } from './bulk-dialog.tsx'

const useStyles = makeStyles({
  root: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorNeutralForeground1,
  },
  count: { fontWeight: tokens.fontWeightSemibold, marginRight: 'auto' },
})

/** What can be done with those chosen. */
export function BulkBar({
  chosen,
  count,
  total,
  onAll,
  onClear,
}: {
  readonly chosen: Chosen
  readonly count: number
  /** How many the filter finds. */
  readonly total: number
  readonly onAll: () => void
  readonly onClear: () => void
}) {
  const { t } = useTranslation('people')
  const styles = useStyles()
  const [asking, setAsking] = useState<ActionKind>()
  return (
    <section className={styles.root} aria-label={t('select.bar')}>
      <span className={styles.count} role="status">
        {t('select.count', { count, number: formatNumber(count) })}
      </span>
      {count < total && <Button onClick={onAll}>{t('select.all', { number: formatNumber(total) })}</Button>}
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button appearance="primary">{t('bulk.menu')}</Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {actionKinds.map((kind) => (
              <MenuItem key={kind} onClick={() => setAsking(kind)}>
                {t(`bulk.${kind}`)}
              </MenuItem>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      <Button onClick={onClear}>{t('select.clear')}</Button>
      {asking !== undefined && (
        <BulkDialog
          kind={asking}
          chosen={chosen}
          count={count}
          onClose={(anything) => {
            setAsking(undefined)
            if (anything) onClear()
          }}
        />
      )}
    </section>
  )
}
