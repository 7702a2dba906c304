import { makeStyles, tokens } from '@fluentui/react-components'
import { type MouseEvent, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate, useParams } from 'react-router'
import { EmptyState } from '../ui/empty-state.tsx'
import { Link } from '../ui/link.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import type { Topic } from './topic.ts'
import { useTopics } from './use-topics.ts'

const useStyles = makeStyles({
  text: {
    maxWidth: '80ch',
    lineHeight: tokens.lineHeightBase400,
    overflowWrap: 'anywhere',
    '& h2': { fontSize: tokens.fontSizeBase500, marginTop: tokens.spacingVerticalXXL },
    '& h3': { fontSize: tokens.fontSizeBase400 },
    '& a': { color: tokens.colorBrandForegroundLink },
    '& code': {
      fontFamily: tokens.fontFamilyMonospace,
      fontSize: '0.92em',
      backgroundColor: tokens.colorNeutralBackground4,
      borderRadius: tokens.borderRadiusSmall,
      padding: '0 3px',
    },
    '& pre': {
      overflowX: 'auto',
      padding: tokens.spacingHorizontalM,
      borderRadius: tokens.borderRadiusMedium,
      backgroundColor: tokens.colorNeutralBackground4,
      overflowWrap: 'normal',
    },
    '& pre code': { padding: 0, backgroundColor: 'transparent' },
    '& table': { borderCollapse: 'collapse', display: 'block', overflowX: 'auto' },
    '& th': { textAlign: 'start' },
    '& th, & td': {
      verticalAlign: 'top',
      padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXS} 0`,
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
    '& li': { marginBottom: tokens.spacingVerticalXS },
  },
})

/** One document of docs/. */
export function Component() {
  const { topic: name = '' } = useParams()
  const { t } = useTranslation('help')
  const topics = useTopics()
  const topic = topics.data?.find((one) => one.name === name)
  return (
    <Page title={topic?.title ?? t('title')} lead={<Link to="/help">{t('back')}</Link>}>
      <Loaded query={topics}>
        {() => (topic === undefined ? <EmptyState text={t('none')} /> : <Text topic={topic} />)}
      </Loaded>
    </Page>
  )
}

function Text({ topic }: { readonly topic: Topic }) {
  const styles = useStyles()
  const navigate = useNavigate()
  const { hash } = useLocation()
  useEffect(() => {
    if (hash !== '') document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView()
  }, [hash])
  /** Links between documents stay in the portal. */
  function follow(event: MouseEvent<HTMLDivElement>): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    const href = link?.getAttribute('href') ?? ''
    if (!/^(?:\/help\/|#)/.test(href) || event.button !== 0 || event.metaKey || event.ctrlKey) return
    event.preventDefault()
    void navigate(href)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only links in it react, which the keyboard reaches
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above: the browser makes a click of Enter on a link
    // biome-ignore lint/security/noDangerouslySetInnerHtml: our own documents, built in; nothing of a user is in them
    <div className={styles.text} onClick={follow} dangerouslySetInnerHTML={{ __html: topic.html }} />
  )
}
