import { Button, Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { PersonAdd20Regular } from '@fluentui/react-icons/svg/person-add'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readPages } from '../api/read.ts'
import { useMay } from '../api/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Page } from '../ui/page.tsx'
import { Pages } from '../ui/paging.tsx'
import { Search } from '../ui/search.tsx'
import { StateBadge, type Tone } from '../ui/state-badge.tsx'
import { formatNumber, Time } from '../ui/time.tsx'
import { RoleTable } from './role-table.tsx'
import { useRoleNames } from './roles-field.tsx'
import { useScopeWords } from './scope-words.ts'
import { InviteDialog, nameOf, type User } from './user-dialogs.tsx'
import { UserMenu } from './user-menu.tsx'

const tones: Readonly<Record<User['state'], Tone>> = {
  active: 'good',
  invited: 'busy',
  expired: 'warning',
  locked: 'bad',
}

const useStyles = makeStyles({
  search: { maxWidth: '320px' },
  small: { display: 'block', color: tokens.colorNeutralForeground3 },
})

function useColumns(): readonly Column<User>[] {
  const { t } = useTranslation('access')
  const roleNames = useRoleNames()
  const scopeWords = useScopeWords()
  const styles = useStyles()
  return [
    {
      id: 'name',
      title: t('users.name'),
      min: 200,
      cell: (user) => (
        <>
          {nameOf(user)}
          {nameOf(user) !== user.email && <Caption1 className={styles.small}>{user.email}</Caption1>}
        </>
      ),
    },
    { id: 'roles', title: t('roles'), min: 180, rank: 2, cell: (user) => roleNames(user.roles) },
    {
      id: 'scope',
      title: t('scope.column'),
      min: 150,
      rank: 4,
      cell: ({ scope }) => (scope.kind === 'everyone' ? t('scope.everyone') : scopeWords(scope)),
    },
    {
      id: 'state',
      title: t('users.state'),
      width: 150,
      rank: 1,
      cell: (user) => (
        <>
          <StateBadge tone={tones[user.state]}>{t(`users.states.${user.state}`)}</StateBadge>
          {user.mail === 'failed' && <Caption1 className={styles.small}>{t('users.mailFailed')}</Caption1>}
        </>
      ),
    },
    {
      id: 'lastSignIn',
      title: t('users.lastSignIn'),
      width: 150,
      rank: 3,
      cell: ({ lastSignInAt }) =>
        lastSignInAt === null ? t('users.never') : <Time iso={lastSignInAt} relative />,
    },
    {
      id: 'actions',
      title: t('users.actions'),
      titleHidden: true,
      width: 64,
      cell: (user) => <UserMenu user={user} />,
    },
  ]
}

export function Component() {
  const { t } = useTranslation('access')
  const styles = useStyles()
  const mayWrite = useMay()('users:write')
  const [search, setSearch] = useState('')
  const [inviting, setInviting] = useState(false)
  const users = useInfiniteQuery(
    readPages('/api/v1/users', { params: { query: search === '' ? {} : { search } } }),
  )
  const columns = useColumns()
  const total = (count: number) => t('users.total', { count, number: formatNumber(count) })
  return (
    <Page
      title={t('users.title')}
      lead={t('users.lead')}
      actions={
        mayWrite && (
          <Button appearance="primary" icon={<PersonAdd20Regular />} onClick={() => setInviting(true)}>
            {t('users.invite')}
          </Button>
        )
      }
    >
      <div className={styles.search}>
        <Search label={t('users.search')} value={search} onSearch={setSearch} />
      </div>
      <Pages query={users} empty={<EmptyState text={t('users.none')} />}>
        {(rows) => (
          <>
            <DataTable label={t('users.title')} columns={columns} rows={rows} keyOf={({ id }) => id} />
            <Caption1 className={styles.small}>{total(users.data?.pages[0]?.total ?? rows.length)}</Caption1>
          </>
        )}
      </Pages>
      <RoleTable />
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  )
}
