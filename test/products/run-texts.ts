import { hrCounts, hrLogTexts } from '../../functions/hr/rules/log-texts.ts'
import { foldTexts } from '../../functions/jobs/rules/run-texts.ts'
import { jobCounts, jobTexts } from '../../functions/jobs/rules/texts.ts'

/** The texts of all runs that there are. */
export const allLines = { ...jobTexts, ...hrLogTexts }
export const allCounts = { ...jobCounts, ...hrCounts }
export const runTexts = foldTexts([
  { lines: jobTexts, counts: jobCounts },
  { lines: hrLogTexts, counts: hrCounts },
])
