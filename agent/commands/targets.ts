import { openState, readEnrolment } from '../compose.ts'
import { normalBase } from '../relay/rules/address.ts'
import type { TargetLimits } from '../relay/rules/limits.ts'

/** `default` takes a limit away; what is not named stays as it is. */
export interface LimitsChange {
  readonly maxResponseMb?: number | 'default'
  readonly timeoutSeconds?: number | 'default'
}

/** Allows an address on this machine. Returns it in the form it is stored. @throws StegError `not-enrolled`, … */
export async function allowTarget(dir: string, url: URL, change: LimitsChange = {}): Promise<string> {
  const state = openState(dir)
  await readEnrolment(state)
  const base = normalBase(url)
  const { urls = [], limits = {} } = (await state.allowed.read()) ?? {}
  const changed = changedLimits(limits[base] ?? {}, change)
  if (urls.includes(base) && JSON.stringify(changed) === JSON.stringify(limits[base] ?? {})) return base
  await state.allowed.write({
    v: 1,
    urls: urls.includes(base) ? urls : [...urls, base],
    limits: { ...limits, [base]: changed },
  })
  return base
}

function changedLimits(before: TargetLimits, change: LimitsChange): TargetLimits {
  const { maxResponseMb = before.maxResponseMb, timeoutSeconds = before.timeoutSeconds } = change
  return {
    ...(typeof maxResponseMb === 'number' ? { maxResponseMb } : {}),
    ...(typeof timeoutSeconds === 'number' ? { timeoutSeconds } : {}),
  }
}

/** @throws StegError `not-enrolled`, `state-unreadable` */
export async function listTargets(dir: string): Promise<{
  targets: Readonly<Record<string, string>>
  allowed: readonly string[]
  limits: Readonly<Record<string, TargetLimits>>
}> {
  const state = openState(dir)
  await readEnrolment(state)
  const { urls = [], limits = {} } = (await state.allowed.read()) ?? {}
  const set = Object.entries(limits).filter(([, own]) => Object.keys(own).length > 0)
  return {
    targets: (await state.pins.read())?.pins ?? {},
    allowed: urls,
    limits: Object.fromEntries(set),
  }
}
