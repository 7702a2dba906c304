/** A variable that every tenant has (A5), as data: each product brings its own. */

/** What is wrong with a value, for people. */
export type Problem = Readonly<Record<'en' | 'de', string>>

export interface KnownVariable {
  readonly name: string
  readonly confidential: boolean
  /** False: only after the operator has unlocked it. */
  readonly editableByTenant: boolean
  /** When the operator unlocks it, as the end of a sentence. */
  readonly unlockedWhen?: string
  /** @returns what is wrong with a value, undefined when nothing is. */
  readonly problem: (value: string) => Problem | undefined
  /** The value as it is judged and stored. */
  readonly normalise?: (value: string) => string
}
