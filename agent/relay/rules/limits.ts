import { normalBase, parseBase } from './address.ts'

/** What somebody at this machine has set for a target; without, only the call's own limits hold. */
export interface TargetLimits {
  /** Largest answer, uncompressed, in MiB. */
  readonly maxResponseMb?: number | undefined
  /** Seconds for the whole call, its bodies included. */
  readonly timeoutSeconds?: number | undefined
}

/** The limits of an address: those set for itself, or for the nearest address above it. */
export function limitsFor(base: string, limits: Readonly<Record<string, TargetLimits>>): TargetLimits {
  let nearest = ''
  let found: TargetLimits = {}
  for (const [text, own] of Object.entries(limits)) {
    const url = parseBase(text)
    const above = url === undefined ? undefined : normalBase(url)
    if (above === undefined || (base !== above && !base.startsWith(`${above}/`))) continue
    if (above.length < nearest.length) continue
    nearest = above
    found = own
  }
  return found
}
