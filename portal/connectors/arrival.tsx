import { MessageBar, MessageBarBody, MessageBarTitle, makeStyles, Spinner } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { read } from '../api/read.ts'
import { LinkButton } from '../ui/link.tsx'

/** Milliseconds between two looks, for when live events do not arrive. */
const LOOK_MS = 3000

const useStyles = makeStyles({ waiting: { justifyContent: 'flex-start' } })

/** Shows the moment at which a machine uses an access token, and the one at which its agent connects. */
export function Arrival({ tokenId }: { readonly tokenId: string }) {
  const { t } = useTranslation('connectors')
  const styles = useStyles()
  const options = { refetchInterval: LOOK_MS }
  const accessTokens = useQuery({ ...read('/api/v1/access-tokens'), ...options })
  const agents = useQuery({ ...read('/api/v1/agents'), ...options })
  const usedBy = accessTokens.data?.items.find(({ id }) => id === tokenId)?.usedBy
  const agent = agents.data?.items.find(({ id }) => id === usedBy)
  return (
    <div role="status">
      {agent?.status === 'connected' ? (
        <MessageBar intent="success" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{t('add.connected.title', { name: agent.name })}</MessageBarTitle>{' '}
            {t('add.connected.text')}
          </MessageBarBody>
          <LinkButton to="/" size="small">
            {t('add.connected.go')}
          </LinkButton>
        </MessageBar>
      ) : (
        <Spinner
          className={styles.waiting}
          size="tiny"
          labelPosition="after"
          label={agent === undefined ? t('add.wait.text') : t('add.wait.enrolled', { name: agent.name })}
        />
      )}
    </div>
  )
}
