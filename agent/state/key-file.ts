import { z } from 'zod'
import { SealPublicKey } from '../../shared/wire/seal.ts'

const Pem = z.string().startsWith('-----BEGIN PRIVATE KEY-----')
const Keys = z.object({ sign: Pem, seal: Pem, hub: SealPublicKey })

/** All keys of an agent. One file, replaced as a whole: a crash leaves the state before a step or the one after it. */
export const KeyFile = z.object({
  v: z.literal(1),
  /** Since when the present keys are in use, by the hub's clock. */
  since: z.iso.datetime(),
  current: Keys,
  /** Without `hub` as long as the hub has not accepted them. */
  next: Keys.partial({ hub: true }).optional(),
  older: Keys.omit({ sign: true }).extend({ until: z.iso.datetime() }).optional(),
})
export type KeyFile = z.infer<typeof KeyFile>
