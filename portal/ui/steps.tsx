import { makeStyles, mergeClasses, Spinner, tokens } from '@fluentui/react-components'
import { CheckmarkCircle20Filled } from '@fluentui/react-icons/svg/checkmark-circle'
import { Circle20Regular } from '@fluentui/react-icons/svg/circle'
import { ErrorCircle20Filled } from '@fluentui/react-icons/svg/error-circle'
import { SubtractCircle20Regular } from '@fluentui/react-icons/svg/subtract-circle'
import type { ReactNode } from 'react'

/** How far a step is. The text beside the sign is for those who do not see it. */
export type StepState = 'done' | 'failed' | 'open' | 'skipped' | 'busy'

const useStyles = makeStyles({
  root: { margin: 0, padding: 0, listStyleType: 'none', display: 'grid', gap: tokens.spacingVerticalL },
  step: {
    display: 'grid',
    gridTemplateColumns: '20px minmax(0, 1fr) auto',
    columnGap: tokens.spacingHorizontalM,
    alignItems: 'start',
    '@media (max-width: 479px)': { gridTemplateColumns: '20px minmax(0, 1fr)' },
  },
  title: { fontWeight: tokens.fontWeightSemibold },
  muted: { color: tokens.colorNeutralForeground3, fontWeight: tokens.fontWeightRegular },
  text: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  action: { '@media (max-width: 479px)': { gridColumn: 2, marginTop: tokens.spacingVerticalS } },
  done: { color: tokens.colorPaletteGreenForeground3 },
  failed: { color: tokens.colorPaletteRedForeground3 },
  open: { color: tokens.colorNeutralForeground3 },
  skipped: { color: tokens.colorNeutralForegroundDisabled },
})

export function Steps({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const styles = useStyles()
  return (
    <ol className={styles.root} aria-label={label}>
      {children}
    </ol>
  )
}

export function Step({
  state,
  stateText,
  title,
  action,
  children,
}: {
  readonly state: StepState
  readonly stateText: string
  readonly title: string
  readonly action?: ReactNode
  readonly children?: ReactNode
}) {
  const styles = useStyles()
  return (
    <li className={styles.step}>
      <Sign state={state} text={stateText} />
      <div>
        <div className={mergeClasses(styles.title, state === 'skipped' && styles.muted)}>{title}</div>
        {children !== undefined && <div className={styles.text}>{children}</div>}
      </div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </li>
  )
}

const signs = {
  done: CheckmarkCircle20Filled,
  failed: ErrorCircle20Filled,
  open: Circle20Regular,
  skipped: SubtractCircle20Regular,
} as const

function Sign({ state, text }: { readonly state: StepState; readonly text: string }) {
  const styles = useStyles()
  if (state === 'busy') return <Spinner size="extra-tiny" aria-label={text} />
  const Icon = signs[state]
  return <Icon className={styles[state]} role="img" aria-label={text} />
}
