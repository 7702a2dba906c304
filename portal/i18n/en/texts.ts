import type { texts as leading } from '../de/texts.ts'
import type { TextsLike } from '../shape.ts'
import { account } from './account.ts'
import { common } from './common.ts'
import { connectors } from './connectors.ts'
import { jobs } from './jobs.ts'
import { session } from './session.ts'
import { shell } from './shell.ts'
import { start } from './start.ts'
import { variables } from './variables.ts'

export const texts: TextsLike<typeof leading> = {
  account,
  common,
  connectors,
  jobs,
  session,
  shell,
  start,
  variables,
}
