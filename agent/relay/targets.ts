import { reasonOf, StegError } from '../../shared/errors/error.ts'
import type { State } from '../state/state.ts'
import { normalBase } from './rules/address.ts'
import { limitsFor, type TargetLimits } from './rules/limits.ts'
import { decideTarget } from './rules/target.ts'

/** The addresses this agent may call. */
export interface Targets {
  /**
   * The base address to call for a name and the address that the hub states, after it was durably pinned.
   * @throws StegError `target-unknown`, `target-not-allowed`, `request-refused`, `state-unreadable`
   */
  resolve(name: string, asked: string): Promise<URL>
  /** What is set for an address on this machine; it counts within a second. @throws StegError `state-unreadable` */
  limitsOf(base: URL): Promise<TargetLimits>
}

type Limits = Readonly<Record<string, TargetLimits>>

/** For so long the file with the limits is not read again. */
const FRESH_MS = 1000

export function createTargets(
  state: Pick<State, 'pins' | 'allowed'>,
  roles: readonly string[],
  monotonic: () => number,
  onPinned: (name: string, base: string) => void,
): Targets {
  let pins: Record<string, string> | undefined
  let queue: Promise<unknown> = Promise.resolve()
  let limits: { readonly until: number; readonly all: Promise<Limits> } | undefined

  async function resolve(name: string, asked: string): Promise<URL> {
    pins ??= (await state.pins.read())?.pins ?? {}
    const question = { roles, name, asked, pinned: pins[name] }
    let decision = decideTarget({ ...question, allowed: [] })
    if (decision.kind === 'not-allowed' || decision.kind === 'unknown') {
      decision = decideTarget({ ...question, allowed: (await state.allowed.read())?.urls ?? [] })
    }
    switch (decision.kind) {
      case 'go':
        return new URL(decision.base)
      case 'pin':
        await pin(name, decision.base)
        return new URL(decision.base)
      case 'unknown':
        throw new StegError('target-unknown', { target: name })
      case 'not-an-address':
        throw new StegError('request-refused', {
          reason: 'the address of the target is not a plain http(s) address',
        })
      case 'not-allowed':
        throw new StegError('target-not-allowed', { pinned: decision.pinned, asked: decision.asked })
    }
  }

  async function readLimits(): Promise<Limits> {
    return (await state.allowed.read())?.limits ?? {}
  }

  async function pin(name: string, base: string): Promise<void> {
    const next = { ...pins, [name]: base }
    try {
      await state.pins.write({ v: 1, pins: next })
    } catch (error) {
      const reason = `the address of the target cannot be stored: ${reasonOf(error)}`
      throw new StegError('request-refused', { reason }, { cause: error })
    }
    pins = next
    onPinned(name, base)
  }

  return {
    // One after the other: of two first calls with different addresses only one may pin.
    resolve(name, asked) {
      const result = queue.then(() => resolve(name, asked))
      queue = result.catch(() => undefined)
      return result
    },
    async limitsOf(base) {
      const now = monotonic()
      if (limits === undefined || now >= limits.until) limits = { until: now + FRESH_MS, all: readLimits() }
      return limitsFor(normalBase(base), await limits.all)
    },
  }
}
