import type { SessionResponse } from '../../shared/wire/enrolment.ts'

/** The form of credential that the Service Bus client asks for a SAS token per entity. */
export interface SasCredential {
  readonly isSasTokenProvider: true
  getToken(audience: string | string[]): Promise<{ token: string; expiresOnTimestamp: number }>
}

/**
 * Hands out the token whose queue an audience (`sb://host/queue`, or something below it) names.
 * The client renews tokens every 45 minutes; a session is replaced as a whole before, see supervisor.ts.
 */
export function grantCredential(session: SessionResponse): SasCredential {
  const { requests, site, replies, heartbeats, events } = session
  const own = [requests, replies, heartbeats, events]
  const grants = site === undefined ? own : [...own, site]
  const expiresOnTimestamp = Date.parse(session.expiresAt)
  return {
    isSasTokenProvider: true,
    async getToken(audience) {
      const entity = new URL(String(audience)).pathname.slice(1).toLowerCase()
      const grant = grants.find(({ queue }) => isWithin(entity, queue.toLowerCase()))
      if (grant === undefined) throw new Error(`no grant for ${entity}`)
      return { token: grant.sas, expiresOnTimestamp }
    },
  }
}

function isWithin(entity: string, queue: string): boolean {
  return entity === queue || entity.startsWith(`${queue}/`)
}
