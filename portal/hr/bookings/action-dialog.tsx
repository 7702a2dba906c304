import { useTranslation } from 'react-i18next'
import { useReadAgain } from '../../api/read-again.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useMessages } from '../../ui/messages.tsx'
import { formatNumber } from '../../ui/time.tsx'
import { WorkDialog } from '../../ui/work-dialog.tsx'
import { type Action, act, actOnNext } from './actions.ts'

export interface Asked {
  readonly action: Action
  readonly ids: readonly string[]
}

/** Asks before bookings are sent again or given up, one or several. */
export function ActionDialog({ asked, onClose }: { readonly asked: Asked; readonly onClose: () => void }) {
  const { t } = useTranslation('bookings')
  const { done } = useMessages()
  const readAgain = useReadAgain('/api/v1/bookings')
  const { action, ids } = asked
  const [only] = ids
  const title = t(`${action}.title`, { count: ids.length, number: formatNumber(ids.length) })
  const confirm = t(`${action}.do`)
  if (ids.length === 1 && only !== undefined) {
    return (
      <ConfirmDialog
        open
        onClose={onClose}
        title={title}
        confirm={confirm}
        onConfirm={async () => {
          await act(action, only).finally(readAgain)
          done(t(`${action}.done`))
        }}
      >
        {t(`${action}.text`)}
      </ConfirmDialog>
    )
  }
  return (
    <WorkDialog
      title={title}
      confirm={confirm}
      total={ids.length}
      step={(position) => actOnNext(action, ids, position)}
      onClose={(anything) => {
        if (anything) void readAgain()
        onClose()
      }}
    >
      {t(`${action}.text`)}
    </WorkDialog>
  )
}
