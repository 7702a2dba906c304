import { EncryptJWT, jwtDecrypt } from 'jose'
import type { z } from 'zod'
import type { Clock } from '../../../shared/clock.ts'

/** What the hub gives a browser to keep: sealed, so that it can be neither read nor made up, and only for its purpose. */
export interface BrowserSeal {
  seal(purpose: string, content: Readonly<Record<string, string>>, lifetimeMs: number): Promise<string>
  /** Undefined for everything that was not sealed here, for this purpose, or has expired. */
  open<T>(purpose: string, text: string | undefined, schema: z.ZodType<T>): Promise<T | undefined>
}

/** @param key 32 bytes */
export function createBrowserSeal(key: Uint8Array, clock: Clock): BrowserSeal {
  return {
    seal: (purpose, content, lifetimeMs) =>
      new EncryptJWT({ ...content })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setAudience(purpose)
        .setExpirationTime(Math.floor((clock.now() + lifetimeMs) / 1000))
        .encrypt(key),

    async open(purpose, text, schema) {
      if (text === undefined) return undefined
      try {
        const { payload } = await jwtDecrypt(text, key, {
          audience: purpose,
          currentDate: new Date(clock.now()),
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        })
        return schema.safeParse(payload).data
      } catch {
        // Forged, of another hub or too old: the browser is a stranger then.
        return undefined
      }
    },
  }
}
