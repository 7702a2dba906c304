import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { Code } from './code.tsx'
import { Column } from './layout.tsx'

/** Shows a secret that cannot be had again; so it closes only by its button. */
export function ShownOnceDialog({
  title,
  secret,
  what,
  close,
  onClose,
  children,
}: {
  readonly title: string
  readonly secret: string
  /** What the secret is called. */
  readonly what: string
  /** What the button says. */
  readonly close: string
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            <Column>
              {children}
              <Code text={secret} what={what} />
            </Column>
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {close}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
