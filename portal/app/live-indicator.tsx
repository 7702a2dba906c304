import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { useLiveState } from '../api/live.tsx'

const useStyles = makeStyles({
  root: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground3,
    whiteSpace: 'nowrap',
  },
  dot: { width: '8px', height: '8px', borderRadius: tokens.borderRadiusCircular },
  live: { backgroundColor: tokens.colorPaletteGreenBackground3 },
  connecting: { backgroundColor: tokens.colorPaletteMarigoldBackground3 },
  offline: { backgroundColor: tokens.colorPaletteRedBackground3 },
  text: { '@media (max-width: 767px)': { display: 'none' } },
})

/** Whether what is on the page follows what happens. */
export function LiveIndicator() {
  const { t } = useTranslation('shell')
  const styles = useStyles()
  const state = useLiveState()
  if (state === undefined) return null
  return (
    <span role="status" className={styles.root} title={t(`live.${state}.more`)}>
      <span className={mergeClasses(styles.dot, styles[state])} />
      <span className={styles.text}>{t(`live.${state}.text`)}</span>
    </span>
  )
}
