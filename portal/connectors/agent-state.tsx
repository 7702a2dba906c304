import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { StateBadge, type Tone } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'

export type Agent = Answer<'/api/v1/agents'>['items'][number]

const tones: Readonly<Record<Agent['status'], Tone>> = {
  connected: 'good',
  disconnected: 'bad',
  never: 'warning',
  revoked: 'neutral',
}

/** Connected, disconnected since when, never connected, or revoked; or that it must be updated first. */
export function AgentState({ agent: { status, outdated, disconnectedSince } }: { readonly agent: Agent }) {
  const { t } = useTranslation('connectors')
  if (outdated && status !== 'revoked') {
    return (
      <span title={t('outdated.do')}>
        <StateBadge tone="bad">{t('outdated.state')}</StateBadge>
      </span>
    )
  }
  return (
    <span>
      <StateBadge tone={tones[status]}>{t(`state.${status}`)}</StateBadge>
      {status === 'disconnected' && disconnectedSince !== null && (
        <>
          {' '}
          <Time iso={disconnectedSince} relative />
        </>
      )}
    </span>
  )
}
