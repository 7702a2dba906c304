import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguageChoice } from '../api/language.ts'
import { currentLanguage, languages } from '../i18n/language.ts'
import { Brand } from './brand.tsx'

const useStyles = makeStyles({
  root: {
    height: '100%',
    overflowY: 'auto',
    display: 'grid',
    justifyItems: 'center',
    alignContent: 'center',
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingVerticalL,
    boxSizing: 'border-box',
  },
  card: {
    width: 'min(420px, 100%)',
    boxSizing: 'border-box',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingVerticalXXXL,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow8,
    '@media (max-width: 479px)': { padding: tokens.spacingVerticalXL },
  },
  brand: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    fontSize: tokens.fontSizeBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
  },
  lead: { margin: `calc(-1 * ${tokens.spacingVerticalS}) 0 0`, color: tokens.colorNeutralForeground2 },
})

/** The frame of a page for those who are not signed in. */
export function OpenPage({
  title,
  lead,
  children,
}: {
  readonly title: string
  readonly lead?: ReactNode
  readonly children: ReactNode
}) {
  const { t } = useTranslation('common')
  const styles = useStyles()
  const chooseLanguage = useLanguageChoice()
  useEffect(() => {
    document.title = `${title} – Steg`
  }, [title])
  return (
    <div className={styles.root}>
      <main className={styles.card}>
        <div className={styles.brand}>
          <Brand size={28} />
          Steg
        </div>
        <h1 className={styles.title}>{title}</h1>
        {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        {children}
      </main>
      <footer>
        {languages.map((language) => (
          <Button
            key={language}
            appearance="transparent"
            size="small"
            lang={language}
            aria-pressed={language === currentLanguage()}
            onClick={() => chooseLanguage(language)}
          >
            {t(`languages.${language}`)}
          </Button>
        ))}
      </footer>
    </div>
  )
}
