import type { texts as leading } from '../de/texts.ts'
import type { TextsLike } from '../shape.ts'
import { common } from './common.ts'
import { jobs } from './jobs.ts'
import { session } from './session.ts'
import { shell } from './shell.ts'
import { start } from './start.ts'

export const texts: TextsLike<typeof leading> = { common, jobs, session, shell, start }
