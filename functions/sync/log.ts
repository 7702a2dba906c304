import type { RunContext } from '../jobs/port.ts'

/** How a run writes its log, as it is handed to its job. */
export type Log = RunContext['log']
export type LogCode = Parameters<Log>[1]
export type LogParams = NonNullable<Parameters<Log>[2]>
