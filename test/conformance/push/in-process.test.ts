import { describe } from 'vitest'
import { createInProcessPush } from '../../../functions/platform/push/in-process.ts'
import { systemClock } from '../../../shared/clock.ts'
import { pushConformance } from './suite.ts'

describe('push in one process', () => {
  pushConformance(async () => {
    const push = createInProcessPush(systemClock, 10)
    return { here: push, there: push, close: push.close }
  })
})
