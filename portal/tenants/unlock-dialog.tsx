import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useMessages } from '../ui/messages.tsx'

const DATABASE = 'Mandant.Sage.WebApiDatabaseConnection'

/** Lets a tenant choose among several Sage databases (A10). */
export function UnlockDialog({
  tenant: { id, name },
  onClose,
}: {
  readonly tenant: { readonly id: string; readonly name: string }
  readonly onClose: () => void
}) {
  const { t } = useTranslation('tenants')
  const { done } = useMessages()
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('database.title', { name })}
      confirm={t('database.do')}
      onConfirm={async () => {
        const path = { tenantId: id, name: DATABASE }
        await answerOf(
          client.POST('/api/v1/tenants/{tenantId}/variables/{name}/unlock', { params: { path } }),
        )
        done(t('database.done', { name }))
      }}
    >
      {t('database.text')}
    </ConfirmDialog>
  )
}
