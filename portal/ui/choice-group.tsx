import { Caption1, Label, makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  root: { margin: 0, padding: 0, border: 'none', minWidth: 0 },
  legend: { padding: 0, marginBottom: tokens.spacingVerticalXXS },
  list: { display: 'flex', flexDirection: 'column' },
  hint: { color: tokens.colorNeutralForeground3 },
})

/**
 * Boxes of which any number can be ticked. Not a `Field`: that passes `required` on to each control in it, so that a
 * browser would want every single box ticked before it sends the form.
 */
export function ChoiceGroup({
  label,
  hint,
  required = false,
  children,
}: {
  readonly label: string
  readonly hint?: string
  /** At least one has to be ticked; the form sees to it. */
  readonly required?: boolean
  readonly children: ReactNode
}) {
  const styles = useStyles()
  return (
    <fieldset className={styles.root}>
      <legend className={styles.legend}>
        <Label required={required}>{label}</Label>
      </legend>
      <div className={styles.list}>{children}</div>
      {hint !== undefined && <Caption1 className={styles.hint}>{hint}</Caption1>}
    </fieldset>
  )
}
