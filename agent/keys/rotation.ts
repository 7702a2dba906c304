import { createPrivateKey } from 'node:crypto'
import { reasonOf } from '../../shared/errors/error.ts'
import type { Logger } from '../../shared/log.ts'
import { KEY_AGE_MS } from '../../shared/wire/keys.ts'
import { sealPublicKey } from '../../shared/wire/seal.ts'
import type { Hub } from '../connection/hub.ts'
import { proveForKeysConfirmation, proveForKeysOffer } from '../connection/proof.ts'
import { agentKeyOf } from '../state/key.ts'
import { freshKeys, type KeyRing } from './key-ring.ts'
import { nextStep, type RotationEvent } from './rules/rotation.ts'

export interface KeyRotation {
  /**
   * Does what is to be done about the keys: goes on with a change that was interrupted, begins one when the keys are
   * old or `asked`, forgets old keys whose time is over. Never two at a time. Failures are logged; the next call goes on.
   */
  tend(asked: boolean): Promise<void>
  /**
   * Goes on with a change that was interrupted, before anything else is said to the hub: if the agent was off for longer
   * than the old keys count, only the new ones can speak.
   */
  resume(): Promise<void>
}

export function createKeyRotation(parts: {
  readonly ring: KeyRing
  readonly hub: Pick<Hub, 'offerKeys' | 'confirmKeys'>
  readonly agentId: string
  /** Milliseconds since the epoch by the hub's clock. */
  readonly hubNow: () => number
  readonly log: Logger
}): KeyRotation {
  const { ring, hub, agentId, hubNow, log } = parts
  let tending: Promise<void> | undefined

  const steps: Readonly<Record<RotationEvent, () => Promise<void>>> = {
    prepare: () => ring.step('prepare', { ...ring.file(), next: freshKeys() }),

    async accept() {
      const file = ring.file()
      const next = required(file.next)
      const [key, sealKey] = [
        agentKeyOf(createPrivateKey(next.sign)),
        sealPublicKey(createPrivateKey(next.seal)),
      ]
      const answer = await hub.offerKeys((now) => proveForKeysOffer(ring.signing, key, sealKey, agentId, now))
      await ring.step('accept', { ...file, next: { ...next, hub: answer.sealKey } })
    },

    async switch() {
      const { next, current, ...file } = ring.file()
      const { hub: hubKey, ...keys } = required(next)
      const key = agentKeyOf(createPrivateKey(keys.sign))
      const answer = await hub.confirmKeys((now) => proveForKeysConfirmation(key, agentId, now))
      await ring.step('switch', {
        ...file,
        since: answer.keysSince,
        current: { ...keys, hub: required(hubKey) },
        older: { seal: current.seal, hub: current.hub, until: answer.oldUntil },
      })
      log.info('keys changed', { since: answer.keysSince })
    },

    expire() {
      const { older: _, ...file } = ring.file()
      return ring.step('expire', file)
    },
  }

  async function run(asked: boolean): Promise<void> {
    let due = asked
    for (;;) {
      const { since, older } = ring.file()
      const step = nextStep(ring.state(), {
        due: due || hubNow() - Date.parse(since) >= KEY_AGE_MS,
        overlapOver: older !== undefined && hubNow() >= Date.parse(older.until),
      })
      if (step === undefined) return
      if (step === 'prepare') due = false
      await steps[step]()
    }
  }

  function tend(asked: boolean): Promise<void> {
    tending ??= run(asked)
      .catch((error) => log.warn('the keys could not be changed yet', { reason: reasonOf(error) }))
      .finally(() => {
        tending = undefined
      })
    return tending
  }

  return {
    tend,
    async resume() {
      if (ring.file().next !== undefined) await tend(false)
    },
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the step does not fit the state of the keys')
  return value
}
