import { describe, expect, it } from 'vitest'
import { backoff } from '../../../agent/connection/backoff.ts'

describe('the pause between attempts', () => {
  it.each([
    [0, 500, 1000],
    [1, 1000, 2000],
    [2, 2000, 4000],
    [4, 8000, 16_000],
    [5, 15_000, 30_000],
    [1_000_000, 15_000, 30_000],
  ])('after %i failures is between %i and %i ms', (failures, least, most) => {
    expect(backoff(failures, 0)).toBe(least)
    expect(backoff(failures, 0.999_999_999_999)).toBeCloseTo(most, 3)
  })
})
