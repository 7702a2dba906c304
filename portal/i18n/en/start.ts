import type { start as leading } from '../de/start.ts'
import type { TextsLike } from '../shape.ts'

export const start: TextsLike<typeof leading> = { title: 'Start' }
