import { common } from './common.ts'
import { jobs } from './jobs.ts'
import { session } from './session.ts'
import { shell } from './shell.ts'
import { start } from './start.ts'

/** Every text of the portal, by area. German leads: other languages have exactly these keys. */
export const texts = { common, jobs, session, shell, start } as const
