import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem.ts'
import { Column } from './layout.tsx'
import { ProblemBar } from './problem-bar.tsx'

/** A form over the page. Stays open with the reason, and what is wrong with which field, when it did not work. */
export function FormDialog({
  title,
  submit,
  disabled = false,
  error,
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string
  /** What the button says. */
  readonly submit: string
  readonly disabled?: boolean
  readonly error: Error | null
  readonly onSubmit: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  const { t } = useTranslation('common')
  function send(event: FormEvent): void {
    event.preventDefault()
    if (!disabled) onSubmit()
  }
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogSurface>
        <form onSubmit={send}>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent>
              <Column>
                {children}
                {error !== null && <ProblemBar error={error} />}
                {isProblem(error) && error.findings.length > 0 && (
                  <ul>
                    {error.findings.map(({ path, message }) => (
                      <li key={`${path} ${message}`}>{`${path}: ${message}`}</li>
                    ))}
                  </ul>
                )}
              </Column>
            </DialogContent>
            <DialogActions>
              <Button type="submit" appearance="primary" disabled={disabled}>
                {submit}
              </Button>
              <Button onClick={onClose}>{t('cancel')}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  )
}
