import { Body1, Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../ui/empty-state.tsx'
import { Section } from '../ui/layout.tsx'
import { Link } from '../ui/link.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { Search } from '../ui/search.tsx'
import { searchIn } from './search.ts'
import type { Topic } from './topic.ts'
import { useTopics } from './use-topics.ts'

const useStyles = makeStyles({
  search: { maxWidth: '480px' },
  list: {
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
  },
  small: { display: 'block', color: tokens.colorNeutralForeground3 },
})

export function Component() {
  const { t } = useTranslation('help')
  const styles = useStyles()
  const topics = useTopics()
  const [query, setQuery] = useState('')
  return (
    <Page title={t('title')} lead={t('lead')}>
      <div className={styles.search}>
        <Search label={t('search')} value={query} onSearch={setQuery} />
      </div>
      <Loaded query={topics}>
        {(all) => (query === '' ? <Topics topics={all} /> : <Hits topics={all} query={query} />)}
      </Loaded>
    </Page>
  )
}

function Topics({ topics }: { readonly topics: readonly Topic[] }) {
  const { t } = useTranslation('help')
  const styles = useStyles()
  return (
    <Section title={t('topics')}>
      <ul className={styles.list}>
        {topics.map(({ name, title, sections }) => (
          <li key={name}>
            <Link to={`/help/${name}`}>{title}</Link>
            <Caption1 className={styles.small}>
              {sections
                .map(({ heading }) => heading)
                .filter((heading) => heading !== '')
                .join(' · ')}
            </Caption1>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Hits({ topics, query }: { readonly topics: readonly Topic[]; readonly query: string }) {
  const { t } = useTranslation('help')
  const styles = useStyles()
  const search = useMemo(() => searchIn(topics), [topics])
  const hits = search(query)
  if (hits.length === 0) return <EmptyState text={t('none')} />
  return (
    <Section title={t('results')}>
      <ul className={styles.list}>
        {hits.map(({ id, to, title, heading, excerpt }) => (
          <li key={id}>
            <Link to={to}>{heading === '' ? title : `${title}: ${heading}`}</Link>
            <Body1 as="p" className={styles.small} style={{ margin: 0 }}>
              {excerpt}
            </Body1>
          </li>
        ))}
      </ul>
    </Section>
  )
}
