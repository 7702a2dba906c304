import { makeStyles, tokens } from '@fluentui/react-components'
import { CopyButton } from './copy-button.tsx'

const useStyles = makeStyles({
  root: {
    display: 'flex',
    alignItems: 'flex-start',
    gap: tokens.spacingHorizontalS,
    '& > button': { flexShrink: 0 },
    '@media (max-width: 479px)': { flexDirection: 'column', alignItems: 'stretch' },
  },
  text: {
    flexGrow: 1,
    minWidth: 0,
    margin: 0,
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
})

/** Something to be copied as it is: a command, a secret. `what` names it. */
export function Code({ text, what }: { readonly text: string; readonly what: string }) {
  const styles = useStyles()
  return (
    <div className={styles.root}>
      <pre className={styles.text}>{text}</pre>
      <CopyButton text={text} what={what} />
    </div>
  )
}
