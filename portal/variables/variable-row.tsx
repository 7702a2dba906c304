import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Edit20Regular } from '@fluentui/react-icons/svg/edit'
import { LockClosed16Regular } from '@fluentui/react-icons/svg/lock-closed'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/session.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { VariableForm } from './variable-form.tsx'
import { useVariableTexts, type Variable } from './variable-texts.ts'

const useStyles = makeStyles({
  root: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 5fr) minmax(0, 6fr) 32px',
    alignItems: 'start',
    gap: tokens.spacingHorizontalL,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    '@media (max-width: 767px)': {
      gridTemplateColumns: 'minmax(0, 1fr) 32px',
      rowGap: tokens.spacingVerticalXS,
    },
  },
  words: { minWidth: 0, '@media (max-width: 767px)': { gridColumn: '1 / -1' } },
  title: { fontWeight: tokens.fontWeightSemibold },
  name: {
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground3,
    overflowWrap: 'anywhere',
  },
  value: { minWidth: 0, overflowWrap: 'anywhere' },
  when: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground3 },
  secret: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  form: { gridColumn: '2 / -1', '@media (max-width: 767px)': { gridColumn: '1 / -1' } },
})

/** One variable: what it is for, its value (never that of a confidential one), and changing it in place. */
export function VariableRow({ variable }: { readonly variable: Variable }) {
  const { t } = useTranslation('variables')
  const styles = useStyles()
  const may = useMay()
  const texts = useVariableTexts(variable.name)
  const [editing, setEditing] = useState(false)
  return (
    <li className={styles.root}>
      <div className={styles.words}>
        <div className={styles.title}>{texts.title}</div>
        <div className={styles.name}>{variable.name}</div>
      </div>
      {editing ? (
        <div className={styles.form}>
          <VariableForm variable={variable} texts={texts} onClose={() => setEditing(false)} />
        </div>
      ) : (
        <>
          <div className={styles.value}>
            <Value variable={variable} />
            {variable.updatedAt !== null && (
              <div className={styles.when}>
                {t('changed')} <Time iso={variable.updatedAt} />
              </div>
            )}
          </div>
          {may('variables:write') && variable.editable && (
            <Button
              appearance="subtle"
              icon={<Edit20Regular />}
              aria-label={t('editWhat', { what: texts.title })}
              onClick={() => setEditing(true)}
            />
          )}
        </>
      )}
    </li>
  )
}

function Value({ variable: { isSet, confidential, value } }: { readonly variable: Variable }) {
  const { t } = useTranslation('variables')
  const styles = useStyles()
  if (!isSet) return <StateBadge tone="warning">{t('notSet')}</StateBadge>
  if (!confidential) return <span>{value}</span>
  return (
    <span className={styles.secret}>
      <LockClosed16Regular aria-hidden />
      <span aria-hidden>••••••••</span>
      {t('confidential')}
    </span>
  )
}
