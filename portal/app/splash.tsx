import { makeStyles, Spinner } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'

const useStyles = makeStyles({ root: { height: '100%', display: 'grid', placeItems: 'center' } })

/** While it is not known yet what to show. */
export function Splash() {
  const { t } = useTranslation('common')
  const styles = useStyles()
  return (
    <div className={styles.root}>
      <Spinner label={t('loading')} delay={400} />
    </div>
  )
}
