import { z } from 'zod'
import type { Bundle } from './bundles.ts'
import type { PushMessage } from './port.ts'

/** Bytes of one message; a broker takes 256 KiB with everything around it. */
const MOST_BYTES = 180_000

const Message = z.object({ c: z.string(), d: z.string().optional() })
const Tenants = z.record(z.string(), z.object({ m: z.array(Message), gap: z.boolean().optional() }))
const Envelope = z.object({
  v: z.literal(1),
  tenants: Tenants,
  /** An earlier message to the same instance could not be sent: everybody there looks. */
  gap: z.boolean().optional(),
})

export interface Received {
  readonly bundles: readonly (readonly [tenantId: string, bundle: Bundle])[]
  readonly gap: boolean
}

/** One body, or as many as the broker's limit needs; what alone is too large becomes a gap. */
export function toBodies(bundles: ReadonlyMap<string, Bundle>, gap: boolean): Uint8Array[] {
  const bodies: Uint8Array[] = []
  let tenants: z.input<typeof Tenants> = {}
  let size = 0
  const seal = () => {
    bodies.push(
      Buffer.from(JSON.stringify({ v: 1, tenants, ...(gap && bodies.length === 0 ? { gap } : {}) })),
    )
    tenants = {}
    size = 0
  }
  for (const [tenantId, bundle] of bundles) {
    for (const part of [...bundle.messages, undefined]) {
      const bytes = tenantId.length + (part === undefined ? 30 : Buffer.byteLength(JSON.stringify(part)) + 10)
      const tooLarge = bytes > MOST_BYTES
      if (!tooLarge && size + bytes > MOST_BYTES) seal()
      tenants[tenantId] ??= { m: [] }
      const mine = tenants[tenantId]
      if (tooLarge || (part === undefined && bundle.gap)) mine.gap = true
      if (tooLarge || part === undefined) continue
      mine.m.push(toWire(part))
      size += bytes
    }
  }
  seal()
  return bodies
}

const toWire = ({ channel, data }: PushMessage) =>
  data === undefined ? { c: channel } : { c: channel, d: data }

/** @returns undefined for what is not of this form, as that of a later version. */
export function fromBody(body: Uint8Array): Received | undefined {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(body).toString())
  } catch {
    // Not ours; the caller says so.
    return undefined
  }
  const parsed = Envelope.safeParse(json)
  if (!parsed.success) return undefined
  const { tenants, gap } = parsed.data
  return {
    gap: gap ?? false,
    bundles: Object.entries(tenants).map(([tenantId, { m, gap: missed }]) => [
      tenantId,
      {
        messages: m.map(({ c, d }) => (d === undefined ? { channel: c } : { channel: c, data: d })),
        gap: missed ?? false,
      },
    ]),
  }
}
