import type { Receiver, Sender } from 'rhea'
import { type Refusal, refusal } from '../runtime/refusal.ts'
import type { Right } from '../settings.ts'
import { isOpened, openLink } from './rhea.ts'

/** Answers an attach with a refusal: AMQP attaches first and detaches with the reason (part 2, section 2.6.3). */
export function refuse(link: Sender | Receiver, reason: Refusal): void {
  if (!isOpened(link)) openLink(link)
  link.close(reason)
}

export const unauthorized = (right: Right, address: string) =>
  refusal('amqp:unauthorized-access', `A valid token with the right '${right}' is needed for '${address}'.`)
