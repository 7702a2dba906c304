import { Badge, type BadgeProps } from '@fluentui/react-components'
import type { ReactNode } from 'react'

/** How a state is to be taken. Colour never stands alone: the text says it too. */
export type Tone = 'good' | 'bad' | 'warning' | 'busy' | 'neutral'

const colors: Readonly<Record<Tone, NonNullable<BadgeProps['color']>>> = {
  good: 'success',
  bad: 'danger',
  warning: 'warning',
  busy: 'informative',
  neutral: 'subtle',
}

export function StateBadge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <Badge appearance="tint" color={colors[tone]} size="large">
      {children}
    </Badge>
  )
}
