import type { TenantSeal } from '../platform/secrets/port.ts'
import { keyOf } from '../platform/store/table.ts'
import type { Subject } from './port.ts'

/** What a sealed text of a subject is; with it, it opens nowhere else. */
export type Place =
  | readonly ['secret', name: string]
  | readonly ['refresh-token']
  | readonly ['access-token', audience: string]

/** Seals what belongs to one subject. */
export function sealOf(seal: TenantSeal, { tenantId, kind, id }: Subject) {
  const placeOf = (place: Place) => `credentials/${keyOf(kind, id, ...place)}`
  return {
    seal: (place: Place, text: string) => seal.seal(tenantId, placeOf(place), text),
    open: (place: Place, sealed: string) => seal.open(tenantId, placeOf(place), sealed),
    async openSecrets(secrets: Readonly<Record<string, string>>): Promise<Record<string, string>> {
      const opened: Record<string, string> = {}
      for (const [name, sealed] of Object.entries(secrets)) {
        opened[name] = await seal.open(tenantId, placeOf(['secret', name]), sealed)
      }
      return opened
    },
  }
}
