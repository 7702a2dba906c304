import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { currentLanguage } from '../i18n/language.ts'
import { readRun } from './run-address.ts'
import { isActive, type LogEntry, type Run } from './words.ts'

/** Lines kept while a run works; the whole log is read page by page afterwards. */
const MOST_LINES = 5000

/** The lines of a run that is under way, as they are written. Also keeps the run itself up to date. */
export function useLiveLog(run: Run): readonly LogEntry[] {
  const queries = useQueryClient()
  const [lines, setLines] = useState<readonly LogEntry[]>([])
  const { job, id, subject } = run
  const active = isActive(run)
  useEffect(() => {
    if (!active) return
    const { queryKey } = readRun({ job, id, subject })
    const address = new URLSearchParams({ topics: 'jobs', run: `${job}/${id}`, language: currentLanguage() })
    const source = new EventSource(`/api/v1/live?${address}`)
    source.addEventListener('log', ({ data }: MessageEvent<string>) => {
      const { items } = JSON.parse(data) as { items: readonly LogEntry[] }
      setLines((before) => [...before, ...items].slice(-MOST_LINES))
    })
    source.addEventListener('run', ({ data }: MessageEvent<string>) => {
      queries.setQueryData(queryKey, JSON.parse(data) as Run)
    })
    return () => source.close()
  }, [job, id, subject, active, queries])
  return lines
}
