import { openState, readEnrolment } from '../compose.ts'
import { normalBase } from '../relay/rules/address.ts'

/** Allows an address on this machine. Returns it in the form it is stored. @throws StegError `not-enrolled`, … */
export async function allowTarget(dir: string, url: URL): Promise<string> {
  const state = openState(dir)
  await readEnrolment(state)
  const base = normalBase(url)
  const urls = (await state.allowed.read())?.urls ?? []
  if (!urls.includes(base)) await state.allowed.write({ v: 1, urls: [...urls, base] })
  return base
}

/** @throws StegError `not-enrolled`, `state-unreadable` */
export async function listTargets(
  dir: string,
): Promise<{ targets: Readonly<Record<string, string>>; allowed: readonly string[] }> {
  const state = openState(dir)
  await readEnrolment(state)
  return {
    targets: (await state.pins.read())?.pins ?? {},
    allowed: (await state.allowed.read())?.urls ?? [],
  }
}
