import type { RunContext as JobContext } from '../jobs/port.ts'
import type { hrLogTexts } from './rules/log-texts.ts'

/** What a job of this product is given: it logs this product's texts, which the compiler checks. */
export type RunContext = JobContext<typeof hrLogTexts>
