import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { read } from '../api/read.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { StateBadge, type Tone } from '../ui/state-badge.tsx'
import { formatDay } from '../ui/time.tsx'

type Articles = Answer<'/api/v1/licence'>['articles']
type Name = keyof Articles
interface Row {
  readonly name: Name
  readonly state: Articles[Name]['state']
  readonly validUntil: string | null
}

const tones: Readonly<Record<Row['state'], Tone>> = { active: 'good', ended: 'bad', inactive: 'neutral' }

/** What is ordered, and until when. Changed by the operator alone. */
export function Component() {
  const { t } = useTranslation('licence')
  const { t: common } = useTranslation('common')
  const licence = useQuery(read('/api/v1/licence'))
  const columns: readonly Column<Row>[] = [
    { id: 'article', title: t('article'), min: 180, cell: ({ name }) => common(`articles.${name}`) },
    {
      id: 'state',
      title: t('state'),
      width: 140,
      rank: 1,
      cell: ({ state }) => <StateBadge tone={tones[state]}>{t(`states.${state}`)}</StateBadge>,
    },
    {
      id: 'until',
      title: t('until'),
      width: 160,
      rank: 2,
      cell: ({ state, validUntil }) =>
        state === 'inactive' ? '–' : validUntil === null ? t('endless') : formatDay(validUntil),
    },
    { id: 'for', title: t('for'), min: 220, rank: 3, cell: ({ name }) => t(`purposes.${name}`) },
  ]
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={licence}>
        {({ kind, articles }) => (
          <>
            {kind === 'trial' && (
              <MessageBar intent="info" layout="multiline">
                <MessageBarBody>{t('trial')}</MessageBarBody>
              </MessageBar>
            )}
            <DataTable
              label={t('title')}
              columns={columns}
              rows={rowsOf(articles)}
              keyOf={({ name }) => name}
            />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function rowsOf({ terminalConnection, mobileApp, accessControl }: Articles): readonly Row[] {
  return [
    { name: 'terminalConnection', ...terminalConnection },
    { name: 'mobileApp', ...mobileApp },
    { name: 'accessControl', ...accessControl },
  ]
}
