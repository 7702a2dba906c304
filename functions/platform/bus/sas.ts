import { createHmac } from 'node:crypto'

/**
 * A Service Bus SAS token for one entity.
 * Source: Microsoft Learn, "Service Bus access control with Shared Access Signatures".
 * @param expiresAt milliseconds since the epoch
 */
export function sasToken(resource: string, policy: string, key: string, expiresAt: number): string {
  const uri = encodeURIComponent(resource.toLowerCase())
  const expiry = Math.floor(expiresAt / 1000)
  const signature = createHmac('sha256', key).update(`${uri}\n${expiry}`).digest('base64')
  return `SharedAccessSignature sr=${uri}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${policy}`
}
