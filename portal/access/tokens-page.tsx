import { Button, Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { Add20Regular } from '@fluentui/react-icons/svg/add'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, answerOf, client } from '../api/client.ts'
import { read } from '../api/read.ts'
import { useReadAgain } from '../api/read-again.ts'
import { useMay, useSession } from '../api/session.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { useMessages } from '../ui/messages.tsx'
import { Loaded, Page } from '../ui/page.tsx'
import { StateBadge, type Tone } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { useRoleNames } from './roles-field.tsx'
import { useScopeWords } from './scope-words.ts'
import { CreateTokenDialog } from './token-dialog.tsx'

type Token = Answer<'/api/v1/api-tokens'>['items'][number]

const tones: Readonly<Record<Token['state'], Tone>> = {
  active: 'good',
  suspended: 'bad',
  expired: 'warning',
  revoked: 'neutral',
}

const useStyles = makeStyles({
  small: { display: 'block', color: tokens.colorNeutralForeground3 },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
})

function useColumns(
  onRevoke: (token: Token) => void,
  onTakeOver: (token: Token) => void,
): readonly Column<Token>[] {
  const { t } = useTranslation('access')
  const styles = useStyles()
  const roleNames = useRoleNames()
  const scopeWords = useScopeWords()
  const mayWrite = useMay()('tokens:write')
  const isUser = useSession().user !== null
  return [
    {
      id: 'name',
      title: t('tokens.name'),
      min: 180,
      cell: ({ name, roles, scope }) => (
        <>
          {name}
          <Caption1 className={styles.small}>{roleNames(roles)}</Caption1>
          {scope !== null && <Caption1 className={styles.small}>{scopeWords(scope)}</Caption1>}
        </>
      ),
    },
    {
      id: 'state',
      title: t('tokens.state'),
      width: 170,
      rank: 1,
      cell: ({ state, suspended }) => (
        <>
          <StateBadge tone={tones[state]}>{t(`tokens.states.${state}`)}</StateBadge>
          {suspended !== null && (
            <Caption1 className={styles.small}>{t(`tokens.suspensions.${suspended}`)}</Caption1>
          )}
        </>
      ),
    },
    {
      id: 'expires',
      title: t('tokens.expires'),
      width: 150,
      rank: 2,
      cell: ({ expiresAt }) => (expiresAt === null ? t('tokens.never') : <Time iso={expiresAt} />),
    },
    {
      id: 'lastUsed',
      title: t('tokens.lastUsed'),
      width: 150,
      rank: 3,
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? t('tokens.unused') : <Time iso={lastUsedAt} relative />,
    },
    {
      id: 'createdBy',
      title: t('tokens.createdBy'),
      width: 160,
      rank: 4,
      cell: ({ createdBy, responsible }) => (
        <>
          {createdBy ?? '–'}
          {responsible !== null && responsible !== createdBy && (
            <Caption1 className={styles.small}>{t('tokens.responsible', { name: responsible })}</Caption1>
          )}
        </>
      ),
    },
    {
      id: 'actions',
      title: t('tokens.actions'),
      titleHidden: true,
      width: 130,
      cell: (token) => (
        <div className={styles.buttons}>
          {mayWrite && isUser && token.state === 'suspended' && (
            <Button
              size="small"
              aria-label={t('tokens.takeOverThis', { name: token.name })}
              onClick={() => onTakeOver(token)}
            >
              {t('tokens.takeOver')}
            </Button>
          )}
          {mayWrite && (token.state === 'active' || token.state === 'suspended') && (
            <Button
              size="small"
              aria-label={t('tokens.revokeThis', { name: token.name })}
              onClick={() => onRevoke(token)}
            >
              {t('tokens.revoke')}
            </Button>
          )}
        </div>
      ),
    },
  ]
}

export function Component() {
  const { t } = useTranslation('access')
  const { done } = useMessages()
  const mayWrite = useMay()('tokens:write')
  const readAgain = useReadAgain('/api/v1/api-tokens')
  const list = useQuery(read('/api/v1/api-tokens'))
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<Token>()
  const [takingOver, setTakingOver] = useState<Token>()
  const columns = useColumns(setRevoking, setTakingOver)
  async function revoke(): Promise<void> {
    if (revoking === undefined) return
    await answerOf(client.DELETE('/api/v1/api-tokens/{id}', { params: { path: { id: revoking.id } } }))
    done(t('tokens.revoked'))
    void readAgain()
  }
  async function takeOver(): Promise<void> {
    if (takingOver === undefined) return
    const params = { path: { id: takingOver.id } }
    await answerOf(client.POST('/api/v1/api-tokens/{id}/takeover', { params }))
    done(t('tokens.takenOver'))
    void readAgain()
  }
  return (
    <Page
      title={t('tokens.title')}
      lead={t('tokens.lead')}
      actions={
        mayWrite && (
          <Button appearance="primary" icon={<Add20Regular />} onClick={() => setCreating(true)}>
            {t('tokens.create')}
          </Button>
        )
      }
    >
      <Loaded query={list}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState text={t('tokens.none')} />
          ) : (
            <DataTable label={t('tokens.title')} columns={columns} rows={items} keyOf={({ id }) => id} />
          )
        }
      </Loaded>
      {creating && <CreateTokenDialog onClose={() => setCreating(false)} />}
      <ConfirmDialog
        open={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={t('tokens.revokeTitle', { name: revoking?.name ?? '' })}
        confirm={t('tokens.revoke')}
        onConfirm={revoke}
      >
        {t('tokens.revokeText')}
      </ConfirmDialog>
      <ConfirmDialog
        open={takingOver !== undefined}
        onClose={() => setTakingOver(undefined)}
        title={t('tokens.takeOverTitle', { name: takingOver?.name ?? '' })}
        confirm={t('tokens.takeOver')}
        onConfirm={takeOver}
      >
        {t('tokens.takeOverText')}
      </ConfirmDialog>
    </Page>
  )
}
