import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'
import { answerOf, client } from '../api/client.ts'
import { Form } from '../ui/form.tsx'
import { Link } from '../ui/link.tsx'
import { OpenPage } from '../ui/open-page.tsx'

/** Takes the change of an address back by the link of the mail to the old one, and goes on to a new password. */
export function Component() {
  const { t } = useTranslation('session')
  const navigate = useNavigate()
  const { token = '' } = useParams()
  const restore = useMutation({
    mutationFn: () =>
      answerOf(client.POST('/api/v1/address-restorations/{token}', { params: { path: { token } } })),
    onSuccess({ passwordReset }) {
      if (passwordReset !== null) void navigate(`/password-reset/${passwordReset}`, { replace: true })
    },
  })
  return (
    <OpenPage title={t('restore.title')} lead={t('restore.lead')}>
      {restore.data === undefined ? (
        <Form
          wide
          submit={t('restore.do')}
          onSubmit={() => restore.mutate()}
          isPending={restore.isPending}
          error={restore.error}
        >
          {null}
        </Form>
      ) : (
        <MessageBar intent="success" layout="multiline">
          <MessageBarBody>{t('restore.locked', { email: restore.data.email })}</MessageBarBody>
        </MessageBar>
      )}
      <Link to="/forgotten-password">{t('forgotten.link')}</Link>
    </OpenPage>
  )
}
