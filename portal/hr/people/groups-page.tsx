import { Button } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../../api/client.ts'
import { read } from '../../api/read.ts'
import { useReadAgain } from '../../api/read-again.ts'
import { useMay } from '../../api/session.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Row } from '../../ui/layout.tsx'
import { Link } from '../../ui/link.tsx'
import { useMessages } from '../../ui/messages.tsx'
import { Loaded, Page } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { GroupDialog } from './group-dialog.tsx'
import type { Group } from './words.ts'

/** Groups of people: those who are limited to some groups see only the people in these. */
export function Component() {
  const { t } = useTranslation('people')
  const { done } = useMessages()
  const mayEdit = useMay()('people:write')
  const readAgain = useReadAgain('/api/v1/groups')
  const groups = useQuery(read('/api/v1/groups'))
  const [naming, setNaming] = useState<Group | 'new'>()
  const [removing, setRemoving] = useState<Group>()
  async function remove(group: Group): Promise<void> {
    await answerOf(client.DELETE('/api/v1/groups/{id}', { params: { path: { id: group.id } } }))
    done(t('groups.removed', { name: group.name }))
    await readAgain()
  }
  const create = mayEdit && (
    <Button appearance="primary" onClick={() => setNaming('new')}>
      {t('groups.create')}
    </Button>
  )
  const columns: readonly Column<Group>[] = [
    {
      id: 'name',
      title: t('column.name'),
      min: 180,
      cell: ({ id, name }) => <Link to={`/people?group=${id}`}>{name}</Link>,
    },
    {
      id: 'updated',
      title: t('column.updatedAt'),
      width: 180,
      rank: 1,
      cell: ({ updatedAt }) => <Time iso={updatedAt} />,
    },
  ]
  const actions: Column<Group> = {
    id: 'actions',
    title: t('column.actions'),
    titleHidden: true,
    width: 250,
    rank: 2,
    cell: (group) => (
      <Row end>
        <Button
          size="small"
          aria-label={t('groups.renameOne', { name: group.name })}
          onClick={() => setNaming(group)}
        >
          {t('groups.rename')}
        </Button>
        <Button
          size="small"
          aria-label={t('groups.removeOne', { name: group.name })}
          onClick={() => setRemoving(group)}
        >
          {t('groups.remove')}
        </Button>
      </Row>
    ),
  }
  return (
    <Page
      title={t('groups.title')}
      lead={t('groups.lead')}
      back={{ to: '/people', text: t('title') }}
      actions={create}
    >
      <Loaded query={groups}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState text={t('groups.none')} />
          ) : (
            <DataTable
              label={t('groups.title')}
              columns={mayEdit ? [...columns, actions] : columns}
              rows={items}
              keyOf={({ id }) => id}
            />
          )
        }
      </Loaded>
      {naming !== undefined && (
        <GroupDialog {...(naming !== 'new' && { group: naming })} onClose={() => setNaming(undefined)} />
      )}
      {removing !== undefined && (
        <ConfirmDialog
          open
          onClose={() => setRemoving(undefined)}
          title={t('groups.removeTitle', { name: removing.name })}
          confirm={t('groups.removeDo')}
          onConfirm={() => remove(removing)}
        >
          <p>
            {t('groups.removeText')} <Link to={`/people?group=${removing.id}`}>{t('groups.members')}</Link>
          </p>
        </ConfirmDialog>
      )}
    </Page>
  )
}
