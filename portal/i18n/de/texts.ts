import { account } from './account.ts'
import { common } from './common.ts'
import { connectors } from './connectors.ts'
import { jobs } from './jobs.ts'
import { session } from './session.ts'
import { shell } from './shell.ts'
import { start } from './start.ts'
import { variables } from './variables.ts'

/** Every text of the portal, by area. German leads: other languages have exactly these keys. */
export const texts = { account, common, connectors, jobs, session, shell, start, variables } as const
