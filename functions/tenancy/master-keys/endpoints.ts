import { z } from 'zod'
import { toIso } from '../../../shared/clock.ts'
import { type Endpoint, endpoint } from '../../http/endpoint.ts'
import type { MasterKeysService } from './service.ts'

const MasterKeys = z
  .object({
    keys: z.array(
      z.object({
        id: z.string().meta({ description: 'The first 8 digits of the SHA-256 of the key.' }),
        given: z.boolean().meta({ description: 'The hub that answers has it.' }),
        current: z.boolean().meta({ description: 'It wraps what is new; the others only open.' }),
        state: z.enum(['in-use', 'retired', 'unused']).meta({
          description: 'Only a key that is in use is needed; every other one can be taken away.',
        }),
        lastUsedAt: z.iso.datetime().nullable(),
      }),
    ),
    rewrapping: z.object({
      state: z.enum(['settled', 'waiting', 'running', 'failing']).meta({
        description:
          'settled: everything is wrapped by the current key. waiting: another key was used a moment ago. failing: keys of some tenants cannot be opened; the log names them.',
      }),
      looked: z.int().meta({ description: 'Tenants in the present or last pass.' }),
      rewrapped: z.int(),
      failed: z.int(),
      waitsUntil: z.iso.datetime().nullable(),
    }),
  })
  .meta({ id: 'MasterKeys' })

export function masterKeyEndpoints(masterKeys: Pick<MasterKeysService, 'status'>): readonly Endpoint[] {
  return [
    endpoint({
      id: 'getMasterKeys',
      method: 'GET',
      path: '/master-keys',
      access: 'operator',
      tag: 'About',
      summary: 'Which master keys the data want, and how far re-wrapping is',
      success: { status: 200, schema: MasterKeys },
      errors: [],
      async handle() {
        const { keys, rewrapping } = await masterKeys.status()
        return {
          body: {
            keys: keys.map(({ lastUsedAt, ...key }) => ({ ...key, lastUsedAt: isoOrNull(lastUsedAt) })),
            rewrapping: { ...rewrapping, waitsUntil: isoOrNull(rewrapping.waitsUntil) },
          },
        }
      },
    }),
  ]
}

const isoOrNull = (at: number | null) => (at === null ? null : toIso(at))
