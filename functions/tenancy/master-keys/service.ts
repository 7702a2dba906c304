import type { Clock } from '../../../shared/clock.ts'
import { StegError } from '../../../shared/errors/error.ts'
import type { Logger } from '../../../shared/log.ts'
import type { Random } from '../../../shared/random.ts'
import type { KeyRing, Vault } from '../../platform/secrets/port.ts'
import type { Store } from '../../platform/store/port.ts'
import { createMasterKeyStore, type MasterKeyStore } from './master-key-store.ts'
import { createRewrapping } from './rewrapping.ts'
import { nextStep } from './rules/rewrap.ts'

export interface MasterKeyView {
  readonly id: string
  /** The hub has it. */
  readonly given: boolean
  readonly current: boolean
  /** `unused`: nothing was ever wrapped by it. `retired`: nothing is any more, so that it can be taken away. */
  readonly state: 'in-use' | 'retired' | 'unused'
  readonly lastUsedAt: number | null
}

export interface MasterKeysView {
  readonly keys: readonly MasterKeyView[]
  readonly rewrapping: {
    readonly state: 'settled' | 'waiting' | 'running' | 'failing'
    /** Tenants in the pass that is under way, or in the last one. */
    readonly looked: number
    readonly rewrapped: number
    readonly failed: number
    /** When it goes on, where it waits. */
    readonly waitsUntil: number | null
  }
}

export interface MasterKeysService {
  /**
   * Whether the hub has every master key that its data want; to be asked before anything else is done.
   * @throws StegError `master-key-missing`, `master-key-wrong`
   */
  check(): Promise<void>
  /** A new data key, wrapped by the current master key, whose use is written down first. */
  createDataKey(): Promise<string>
  /**
   * Wraps the data keys of some more tenants with the current master key. Costs nothing when all are, but for one
   * transaction an hour. Safe at every hub at once.
   */
  rewrap(): Promise<void>
  status(): Promise<MasterKeysView>
}

export interface MasterKeysParts {
  readonly store: Store
  readonly ring: KeyRing
  readonly vault: Pick<Vault, 'createDataKey' | 'rewrap'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

export function createMasterKeysService(parts: MasterKeysParts): MasterKeysService {
  const { ring, clock } = parts
  const masterKeys: MasterKeyStore = createMasterKeyStore(parts)
  const rewrapping = createRewrapping({ ...parts, masterKeys })

  return {
    async check() {
      const rows = await masterKeys.withPredecessors()
      const missing = rows.filter(({ id, row }) => row.state === 'in-use' && !ring.ids.includes(id))
      if (missing.length > 0) {
        const wanted = missing.map(({ id }) => id).join(', ')
        throw new StegError('master-key-missing', { wanted, given: ring.ids.join(', ') })
      }
      for (const { id, row } of rows) if (ring.ids.includes(id)) await prove(id, row.check)
      await masterKeys.markInUse(ring.current)
    },

    async createDataKey() {
      await masterKeys.markUse()
      return parts.vault.createDataKey()
    },

    rewrap: rewrapping.go,

    async status() {
      const rows = await masterKeys.all()
      const pass = await rewrapping.pass()
      const known = new Map(rows.map(({ id, row }) => [id, row]))
      const used = rows.map(({ id, row }) => ({ id, ...row }))
      const step = nextStep(used, ring.current, pass, clock.now())
      return {
        keys: [...new Set([...ring.ids, ...known.keys()])].map((id) => ({
          id,
          given: ring.ids.includes(id),
          current: id === ring.current,
          state: known.get(id)?.state ?? 'unused',
          lastUsedAt: known.get(id)?.lastUsedAt || null,
        })),
        rewrapping: {
          state: stateOf(step.kind, step.kind === 'wait' ? step.why : undefined),
          looked: pass?.looked ?? 0,
          rewrapped: pass?.rewrapped ?? 0,
          failed: pass?.failed ?? 0,
          waitsUntil: step.kind === 'wait' ? step.until : null,
        },
      }
    },
  }

  /** Ids tell keys apart; this tells for certain. */
  async function prove(id: string, check: string): Promise<void> {
    try {
      await ring.unwrap(check)
    } catch (error) {
      throw new StegError('master-key-wrong', { key: id }, { cause: error })
    }
  }
}

function stateOf(
  kind: 'settled' | 'wait' | 'look' | 'retire',
  why: 'in-use' | 'failed' | undefined,
): MasterKeysView['rewrapping']['state'] {
  if (kind === 'settled') return 'settled'
  if (kind !== 'wait') return 'running'
  return why === 'failed' ? 'failing' : 'waiting'
}
