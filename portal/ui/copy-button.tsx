import { Button } from '@fluentui/react-components'
import { Checkmark20Regular } from '@fluentui/react-icons/svg/checkmark'
import { Copy20Regular } from '@fluentui/react-icons/svg/copy'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMessages } from './messages.tsx'

/** Milliseconds for which it says that it has copied. */
const SHOWN_MS = 2000

/** Copies a text, and says so. `what` names it for those who cannot see where the button stands. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const { t } = useTranslation('common')
  const { problem } = useMessages()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <Button
      icon={copied ? <Checkmark20Regular /> : <Copy20Regular />}
      aria-label={t('copyWhat', { what })}
      onClick={() => {
        navigator.clipboard.writeText(text).then(() => setCopied(true), problem)
      }}
    >
      {copied ? t('copied') : t('copy')}
    </Button>
  )
}
