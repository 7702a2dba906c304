import { Button } from '@fluentui/react-components'
import { Add20Regular } from '@fluentui/react-icons/svg/add'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { readPages } from '../api/read.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Row } from '../ui/layout.tsx'
import { Page } from '../ui/page.tsx'
import { Pages } from '../ui/paging.tsx'
import { Time } from '../ui/time.tsx'
import { CreateTenantDialog } from './create-dialog.tsx'
import { InviteAdminDialog } from './invite-dialog.tsx'
import { LicenceDialog } from './licence-dialog.tsx'
import { UnlockDialog } from './unlock-dialog.tsx'

type Tenant = Answer<'/api/v1/tenants'>['items'][number]

/** For the operator: the companies that are here, and new ones. */
export function Component() {
  const { t } = useTranslation('tenants')
  const tenants = useInfiniteQuery(readPages('/api/v1/tenants'))
  const [creating, setCreating] = useState(false)
  const [inviting, setInviting] = useState<Tenant>()
  const [licensing, setLicensing] = useState<Tenant>()
  const [unlocking, setUnlocking] = useState<Tenant>()
  const columns: readonly Column<Tenant>[] = [
    { id: 'name', title: t('name'), min: 180, cell: ({ name }) => name },
    { id: 'id', title: t('id'), width: 160, rank: 3, cell: ({ id }) => id },
    {
      id: 'createdAt',
      title: t('createdAt'),
      width: 170,
      rank: 2,
      cell: ({ createdAt }) => <Time iso={createdAt} />,
    },
    {
      id: 'actions',
      title: t('actions'),
      titleHidden: true,
      width: 390,
      rank: 1,
      cell: (tenant) => (
        <Row>
          <Button
            size="small"
            aria-label={t('inviteThis', { name: tenant.name })}
            onClick={() => setInviting(tenant)}
          >
            {t('invite')}
          </Button>
          <Button
            size="small"
            aria-label={t('licence.openThis', { name: tenant.name })}
            onClick={() => setLicensing(tenant)}
          >
            {t('licence.open')}
          </Button>
          <Button
            size="small"
            aria-label={t('database.openThis', { name: tenant.name })}
            onClick={() => setUnlocking(tenant)}
          >
            {t('database.open')}
          </Button>
        </Row>
      ),
    },
  ]
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button appearance="primary" icon={<Add20Regular />} onClick={() => setCreating(true)}>
          {t('create')}
        </Button>
      }
    >
      <Pages query={tenants} empty={<EmptyState text={t('none')} />}>
        {(rows) => <DataTable label={t('title')} columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </Pages>
      {creating && <CreateTenantDialog onClose={() => setCreating(false)} />}
      {inviting !== undefined && (
        <InviteAdminDialog tenant={inviting} onClose={() => setInviting(undefined)} />
      )}
      {unlocking !== undefined && <UnlockDialog tenant={unlocking} onClose={() => setUnlocking(undefined)} />}
      {licensing !== undefined && (
        <LicenceDialog tenant={licensing} onClose={() => setLicensing(undefined)} />
      )}
    </Page>
  )
}
