import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemBar } from './problem-bar.tsx'

/**
 * Asks before something that cannot be taken back. Says what will happen; the button says what it does. Stays open with
 * the reason when it did not work.
 */
export function ConfirmDialog({
  open,
  onClose,
  title,
  children,
  confirm,
  onConfirm,
}: {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly children: ReactNode
  /** What the button says. */
  readonly confirm: string
  readonly onConfirm: () => Promise<unknown>
}) {
  const { t } = useTranslation('common')
  const { mutate, isPending, error, reset } = useMutation({ mutationFn: onConfirm, onSuccess: onClose })
  function close(): void {
    reset()
    onClose()
  }
  return (
    <Dialog open={open} onOpenChange={close} modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            {children}
            {error !== null && <ProblemBar error={error} />}
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" disabled={isPending} onClick={() => mutate()}>
              {confirm}
            </Button>
            <Button onClick={close}>{t('cancel')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
