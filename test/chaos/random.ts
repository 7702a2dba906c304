/** Repeatable randomness (Lehmer), so that a seed that failed can be run again. */
export interface Dice {
  /** From 0 up to but not including 1. */
  next(): number
  /** A whole number from `from` to `to`. */
  between(from: number, to: number): number
  /** One of these, by weight. */
  pick<T>(choices: readonly (readonly [weight: number, choice: T])[]): T
}

export function dice(seed: number): Dice {
  let state = (Math.abs(seed) % 2_147_483_646) + 1
  const next = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  next()
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick(choices) {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, choice] of choices) {
        left -= weight
        if (left < 0) return choice
      }
      const last = choices.at(-1)
      if (last === undefined) throw new Error('nothing to pick from')
      return last[1]
    },
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
