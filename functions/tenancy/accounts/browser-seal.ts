import { EncryptJWT, jwtDecrypt } from 'jose'
import type { z } from 'zod'
import type { Clock } from '../../../shared/clock.ts'

/** What the hub gives a browser to keep: sealed, so that it can be neither read nor made up, and only for its purpose. */
export interface BrowserSeal {
  seal(purpose: string, content: Readonly<Record<string, string>>, lifetimeMs: number): Promise<string>
  /** Undefined for everything that was not sealed here, for this purpose, or has expired. */
  open<T>(purpose: string, text: string | undefined, schema: z.ZodType<T>): Promise<T | undefined>
}

/** @param keys of 32 bytes each: the first one seals, any opens, so that a change of keys turns no browser into a stranger. */
export function createBrowserSeal(keys: readonly [Uint8Array, ...Uint8Array[]], clock: Clock): BrowserSeal {
  const [current] = keys

  async function payloadOf(purpose: string, text: string, key: Uint8Array): Promise<unknown> {
    const { payload } = await jwtDecrypt(text, key, {
      audience: purpose,
      currentDate: new Date(clock.now()),
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    return payload
  }

  return {
    seal: (purpose, content, lifetimeMs) =>
      new EncryptJWT({ ...content })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setAudience(purpose)
        .setExpirationTime(Math.floor((clock.now() + lifetimeMs) / 1000))
        .encrypt(current),

    async open(purpose, text, schema) {
      if (text === undefined) return undefined
      for (const key of keys) {
        try {
          return schema.safeParse(await payloadOf(purpose, text, key)).data
        } catch {
          // Of another key, forged, of another hub or too old: the browser is a stranger if no key opens it.
        }
      }
      return undefined
    },
  }
}
