import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { AgentCategory, Roles } from '../../shared/wire/capabilities.ts'
import { Credential, SecretName } from '../../shared/wire/credentials.ts'
import { TargetMap } from '../../shared/wire/enrolment.ts'
import { SealPublicKey } from '../../shared/wire/seal.ts'
import { type JsonFile, jsonFile } from './json-file.ts'
import { KeyFile } from './key-file.ts'

/** Who this agent is. Written once, as the last step of the enrolment: without it the folder is not enrolled. */
export const Enrolment = z.object({
  v: z.literal(1),
  hub: z.url({ protocol: /^https?$/ }),
  agentId: z.string().min(1).max(64),
  name: z.string(),
  tenant: z.object({ id: z.string(), name: z.string() }),
  category: AgentCategory,
  /** Targets that the tenant may point somewhere; agents enrolled before there were roles have those of their category. */
  roles: Roles.optional(),
  enrolledAt: z.iso.datetime(),
  /** The hub's public key with which calls are sealed; an agent enrolled before there was one does not run. */
  hubSealKey: SealPublicKey.optional(),
})
export type Enrolment = z.infer<typeof Enrolment>

/** The address each target is pinned to. Only the running agent writes it. */
const Pins = z.object({ v: z.literal(1), pins: TargetMap })
export type Pins = z.infer<typeof Pins>

const TargetUrl = z.url({ protocol: /^https?$/ })
/** Further addresses allowed on this machine. Only the command `targets allow` writes it. */
const Allowed = z.object({
  v: z.literal(1),
  urls: z.array(TargetUrl),
  /** By address. */
  limits: z
    .record(
      TargetUrl,
      z.object({
        maxResponseMb: z.int().positive().optional(),
        timeoutSeconds: z.int().positive().optional(),
      }),
    )
    .optional(),
})
export type Allowed = z.infer<typeof Allowed>

const Secret = z.object({
  credential: Credential,
  /** Only for this address and what lies below it; absent: for every target that this machine allows. */
  url: TargetUrl.optional(),
  setAt: z.iso.datetime(),
})
export type Secret = z.infer<typeof Secret>
/** Secrets that the hub knows by name alone. Only the commands `secrets` write it. */
const SecretsFile = z.object({ v: z.literal(1), secrets: z.record(SecretName, Secret) })
export type SecretsFile = z.infer<typeof SecretsFile>

/** How this machine reaches hub and broker. Only the commands `enrol` and `network` write it. May hold a password. */
export const NetworkSettings = z.object({
  v: z.literal(1),
  proxy: z.url({ protocol: /^https?$/ }).optional(),
  /** Use the proxy also for this machine itself. */
  proxyLoopback: z.boolean().optional(),
  /** Certificates of further authorities, PEM. */
  ca: z.array(z.string()).optional(),
})
export type NetworkSettings = z.infer<typeof NetworkSettings>

/** The files of a state folder. Each has one writer, so that no process overwrites what another one wrote. */
export interface State {
  readonly dir: string
  readonly enrolment: JsonFile<Enrolment>
  readonly pins: JsonFile<Pins>
  readonly allowed: JsonFile<Allowed>
  readonly network: JsonFile<NetworkSettings>
  readonly secrets: JsonFile<SecretsFile>
  /** All keys, from their first change on; before, they are in the two files below. */
  readonly keys: JsonFile<KeyFile>
  readonly keyFile: string
  readonly sealKeyFile: string
  readonly lockFile: string
  readonly journalFile: string
  readonly statusFile: string
}

export function stateIn(dir: string, clock: Clock): State {
  return {
    dir,
    enrolment: jsonFile(join(dir, 'state.json'), Enrolment, clock),
    pins: jsonFile(join(dir, 'targets.json'), Pins, clock),
    allowed: jsonFile(join(dir, 'allowed.json'), Allowed, clock),
    network: jsonFile(join(dir, 'network.json'), NetworkSettings, clock),
    secrets: jsonFile(join(dir, 'secrets.json'), SecretsFile, clock),
    keys: jsonFile(join(dir, 'keys.json'), KeyFile, clock),
    keyFile: join(dir, 'key.pem'),
    sealKeyFile: join(dir, 'seal-key.pem'),
    lockFile: join(dir, 'lock.db'),
    journalFile: join(dir, 'journal.db'),
    statusFile: join(dir, 'status.json'),
  }
}
