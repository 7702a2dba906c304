import { Button } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'

/** Leads to Microsoft and back. @param invitation of whoever registers that way */
export function MicrosoftButton({ invitation }: { readonly invitation?: string }) {
  const { t } = useTranslation('session')
  const query = invitation === undefined ? '' : `?invitation=${encodeURIComponent(invitation)}`
  return (
    <Button as="a" href={`/api/v1/sign-in/microsoft${query}`} icon={<Squares />}>
      {t('microsoft.do')}
    </Button>
  )
}

/** Microsoft's own sign, as its guidelines for such buttons ask for it. */
function Squares() {
  return (
    <svg width="18" height="18" viewBox="0 0 21 21" aria-hidden="true">
      <path fill="#f25022" d="M1 1h9v9H1z" />
      <path fill="#7fba00" d="M11 1h9v9h-9z" />
      <path fill="#00a4ef" d="M1 11h9v9H1z" />
      <path fill="#ffb900" d="M11 11h9v9h-9z" />
    </svg>
  )
}
