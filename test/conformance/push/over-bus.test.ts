import { describe } from 'vitest'
import { twoInstances } from './instances.ts'
import { pushConformance } from './suite.ts'

describe('push over the bus', () => {
  pushConformance(() => twoInstances())
})
