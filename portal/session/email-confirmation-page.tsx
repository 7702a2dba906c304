import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { answerOf, client } from '../api/client.ts'
import { Form } from '../ui/form.tsx'
import { Link } from '../ui/link.tsx'
import { OpenPage } from '../ui/open-page.tsx'

/** Confirms a new address by the link of the mail; by a click, because programs that look into mails follow links. */
export function Component() {
  const { t } = useTranslation('session')
  const { token = '' } = useParams()
  const confirm = useMutation({
    mutationFn: () =>
      answerOf(client.POST('/api/v1/email-confirmations/{token}', { params: { path: { token } } })),
  })
  return (
    <OpenPage title={t('confirm.title')} lead={t('confirm.lead')}>
      {confirm.data === undefined ? (
        <Form
          wide
          submit={t('confirm.do')}
          onSubmit={() => confirm.mutate()}
          isPending={confirm.isPending}
          error={confirm.error}
        >
          {null}
        </Form>
      ) : (
        <MessageBar intent="success" layout="multiline">
          <MessageBarBody>{t('confirm.done', { email: confirm.data.email })}</MessageBarBody>
        </MessageBar>
      )}
      <Link to="/">{t('toPortal')}</Link>
    </OpenPage>
  )
}
