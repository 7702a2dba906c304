import { Toast, ToastBody, Toaster, ToastTitle, useId, useToastController } from '@fluentui/react-components'
import { useEffect, useRef } from 'react'

export interface Message {
  readonly intent: 'success' | 'error'
  readonly title: string
  readonly detail?: string
}

/** Milliseconds for which a message stays; what went wrong takes longer to read. */
const STAYS_MS = { success: 4000, error: 12_000 } as const

/** Shows each message once. */
export function Toasts({ messages }: { readonly messages: readonly Message[] }) {
  const toasterId = useId('messages')
  const { dispatchToast } = useToastController(toasterId)
  const shown = useRef(0)
  useEffect(() => {
    for (const { intent, title, detail } of messages.slice(shown.current)) {
      dispatchToast(
        <Toast>
          <ToastTitle>{title}</ToastTitle>
          {detail !== undefined && <ToastBody>{detail}</ToastBody>}
        </Toast>,
        { intent, timeout: STAYS_MS[intent], pauseOnHover: true },
      )
    }
    shown.current = messages.length
  }, [messages, dispatchToast])
  return <Toaster toasterId={toasterId} position="bottom-end" />
}
