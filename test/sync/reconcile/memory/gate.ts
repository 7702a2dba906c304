export class Killed extends Error {
  constructor() {
    super('killed')
    this.name = 'Killed'
  }
}

/**
 * Every call of every port passes here twice: before it does anything, and after it has. A process that is killed at
 * one of these steps says and does nothing any more.
 */
export class Gate {
  calls = 0
  #steps = 0
  #killAt: number | undefined
  #dead = false

  /** @param step counted from the next one, 1 or more */
  killAt(step: number | undefined): void {
    this.#steps = 0
    this.#killAt = step
    this.#dead = false
  }

  get steps(): number {
    return this.#steps
  }

  pass(): void {
    this.#steps += 1
    if (this.#steps === this.#killAt) this.#dead = true
    if (this.#dead) throw new Killed()
  }

  async call<T>(run: () => T): Promise<T> {
    this.calls += 1
    this.pass()
    const result = run()
    this.pass()
    return result
  }
}
