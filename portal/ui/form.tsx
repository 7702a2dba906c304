import { Button, makeStyles, tokens } from '@fluentui/react-components'
import type { FormEvent, ReactNode } from 'react'
import { ProblemBar } from './problem-bar.tsx'

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  wide: { flexGrow: 1 },
})

/** Fields with one button that sends them; what went wrong stands between the two. */
export function Form({
  children,
  submit,
  onSubmit,
  isPending,
  error,
  wide,
  more,
}: {
  readonly children: ReactNode
  /** What the button says. */
  readonly submit: string
  readonly onSubmit: () => void
  readonly isPending: boolean
  readonly error: Error | null
  /** The button takes the whole width. */
  readonly wide?: boolean
  /** Further buttons. */
  readonly more?: ReactNode
}) {
  const styles = useStyles()
  return (
    <form
      className={styles.root}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (!isPending) onSubmit()
      }}
    >
      {children}
      {error !== null && <ProblemBar error={error} />}
      <div className={styles.buttons}>
        <Button
          type="submit"
          appearance="primary"
          className={wide ? styles.wide : undefined}
          disabledFocusable={isPending}
        >
          {submit}
        </Button>
        {more}
      </div>
    </form>
  )
}
