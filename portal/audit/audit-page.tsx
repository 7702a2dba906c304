import { Caption1, Field, Input, makeStyles, Select, tokens } from '@fluentui/react-components'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { readPages } from '../api/read.ts'
import { useSession } from '../api/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { LongText } from '../ui/long-text.tsx'
import { Page } from '../ui/page.tsx'
import { Pages } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { StateBadge, type Tone } from '../ui/state-badge.tsx'
import { formatDateTime } from '../ui/time.tsx'
import { instantOf, type Period } from './period.ts'

type Entry = Answer<'/api/v1/audit'>['items'][number]
type Outcome = Entry['outcome']

const outcomes = ['done', 'refused', 'failed', 'begun'] as const satisfies readonly Outcome[]
const tones: Readonly<Record<Outcome, Tone>> = {
  done: 'good',
  refused: 'warning',
  failed: 'bad',
  begun: 'warning',
}
const kinds = ['user', 'token', 'operator', 'agent', 'nobody'] as const

const useStyles = makeStyles({
  filters: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(200px, 1fr))',
    alignItems: 'end',
    gap: tokens.spacingHorizontalM,
    '& > *, & select': { minWidth: 0 },
  },
  small: { display: 'block', color: tokens.colorNeutralForeground3 },
})

function useColumns(): readonly Column<Entry>[] {
  const { t } = useTranslation('audit')
  const { nameOf } = useActionNames()
  const styles = useStyles()
  const kindOf = (kind: string) => {
    const known = kinds.find((one) => one === kind)
    return known === undefined ? kind : t(`kinds.${known}`)
  }
  return [
    {
      id: 'at',
      title: t('column.at'),
      width: 170,
      rank: 2,
      cell: ({ at }) => <time dateTime={at}>{formatDateTime(at, { seconds: true })}</time>,
    },
    {
      id: 'who',
      title: t('column.who'),
      min: 150,
      rank: 3,
      cell: ({ actor }) => (
        <>
          {actor.name || kindOf(actor.kind)}
          {actor.name !== '' && <Caption1 className={styles.small}>{kindOf(actor.kind)}</Caption1>}
        </>
      ),
    },
    {
      id: 'what',
      title: t('column.what'),
      // Names of fields are long, and what has no column of its own stands below them.
      min: 330,
      main: true,
      cell: ({ action, fields }) => (
        <>
          {nameOf(action)}
          {fields.length > 0 && (
            <Caption1 className={styles.small}>{t('fields', { fields: fields.join(', ') })}</Caption1>
          )}
        </>
      ),
    },
    {
      id: 'target',
      title: t('column.target'),
      rank: 4,
      cell: ({ target, details }) => {
        const known = Object.entries(details).map(([name, value]) => `${name}: ${value}`)
        if (target === null && known.length === 0) return null
        return (
          <>
            {target}
            {known.length > 0 && <LongText>{known.join(', ')}</LongText>}
          </>
        )
      },
    },
    {
      id: 'where',
      title: t('column.where'),
      width: 150,
      rank: 5,
      cell: ({ address }) => address || t('unknownAddress'),
    },
    {
      id: 'outcome',
      title: t('column.outcome'),
      width: 150,
      rank: 1,
      cell: ({ outcome }) => <StateBadge tone={tones[outcome]}>{t(`outcomes.${outcome}`)}</StateBadge>,
    },
  ]
}

/** What actions are called; one that the portal does not know yet goes by its id. */
function useActionNames() {
  const { t, i18n } = useTranslation('audit')
  const nameOf = (action: string) =>
    i18n.exists(`audit:actions.${action}`) ? t(`actions.${action}` as 'actions.signIn') : action
  return {
    nameOf,
    names: Object.keys(t('actions', { returnObjects: true }))
      .map((action) => [action, nameOf(action)] as const)
      .sort(([, a], [, b]) => a.localeCompare(b, i18n.language)),
  }
}

export function Component() {
  const { t } = useTranslation('audit')
  const styles = useStyles()
  const { names } = useActionNames()
  const [actor, setActor] = useState('')
  const [action, setAction] = useState('')
  const [outcome, setOutcome] = useState<Outcome | ''>('')
  const [period, setPeriod] = useState<Period>({ from: '', to: '' })
  const path = useSession().kind === 'operator' ? '/api/v1/operator/audit' : '/api/v1/audit'
  const entries = useInfiniteQuery(
    readPages(path, {
      params: {
        query: {
          ...(actor === '' ? {} : { actor }),
          ...(action === '' ? {} : { action }),
          ...(outcome === '' ? {} : { outcome }),
          ...instantOf(period),
        },
      },
    }),
  )
  const columns = useColumns()
  return (
    <Page title={t('title')} lead={t('lead')}>
      <div className={styles.filters}>
        <Search label={t('actor')} value={actor} onSearch={setActor} />
        <Field label={t('action')}>
          <Select value={action} onChange={(_, { value }) => setAction(value)}>
            <option value="">{t('anyAction')}</option>
            {names.map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t('outcome')}>
          <Select value={outcome} onChange={(_, { value }) => setOutcome(value as Outcome | '')}>
            <option value="">{t('anyOutcome')}</option>
            {outcomes.map((one) => (
              <option key={one} value={one}>
                {t(`outcomes.${one}`)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t('from')}>
          <Input
            type="date"
            value={period.from}
            onChange={(_, { value }) => setPeriod({ ...period, from: value })}
          />
        </Field>
        <Field label={t('to')}>
          <Input
            type="date"
            value={period.to}
            onChange={(_, { value }) => setPeriod({ ...period, to: value })}
          />
        </Field>
      </div>
      <Pages query={entries} empty={<EmptyState text={t('none')} />}>
        {(rows) => <DataTable label={t('title')} columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </Pages>
    </Page>
  )
}
