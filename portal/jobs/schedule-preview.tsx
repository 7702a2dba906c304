import { Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { read } from '../api/read.ts'
import { Loaded } from '../ui/page.tsx'
import { formatInZone } from '../ui/time.tsx'

/** Milliseconds of quiet after which an expression that is being typed is looked at. */
const QUIET_MS = 300

const useStyles = makeStyles({
  words: { margin: `0 0 ${tokens.spacingVerticalS}`, fontWeight: tokens.fontWeightSemibold },
  title: { display: 'block', color: tokens.colorNeutralForeground3 },
  list: { margin: 0, paddingLeft: tokens.spacingHorizontalL },
})

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), QUIET_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

/** What a schedule means: the next five runs in its own time zone, or what is wrong with it. */
export function SchedulePreview({
  schedule,
  title,
}: {
  readonly schedule: { readonly cron: string; readonly timeZone: string }
  readonly title: string
}) {
  const styles = useStyles()
  const cron = useSettled(schedule.cron)
  const { timeZone } = schedule
  const preview = useQuery(read('/api/v1/schedule-preview', { params: { query: { cron, timeZone } } }))
  return (
    <Loaded query={preview}>
      {({ items, words, clockChanges }) => (
        <div aria-live="polite">
          {words !== null && <p className={styles.words}>{words}</p>}
          <Caption1 className={styles.title}>{title}</Caption1>
          <ul className={styles.list}>
            {items.map((iso) => (
              <li key={iso}>{formatInZone(iso, timeZone)}</li>
            ))}
          </ul>
          {clockChanges.map(({ text }) => (
            <Caption1 key={text} as="p" className={styles.title}>
              {text}
            </Caption1>
          ))}
        </div>
      )}
    </Loaded>
  )
}
