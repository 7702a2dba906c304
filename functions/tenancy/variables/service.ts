import { type Clock, toIso } from '../../../shared/clock.ts'
import { type Language, StegError } from '../../../shared/errors/error.ts'
import type { TenantSeal } from '../../platform/secrets/port.ts'
import type { Condition, Store } from '../../platform/store/port.ts'
import type { TenancyService } from '../service.ts'
import { variablesTable } from './rows.ts'
import { type KnownVariable, knownVariable, knownVariables } from './rules/known.ts'

export { SAGE_BASE_URL, SAGE_DATABASE, SAGE_PASSWORD, SAGE_USERNAME } from './rules/known.ts'

/** A variable as the tenant sees it: the value of a confidential one never leaves the hub. */
export interface VariableView {
  readonly name: string
  readonly value: string | null
  readonly isSet: boolean
  readonly confidential: boolean
  readonly editable: boolean
  readonly environment: 'Production'
  readonly updatedAt: string | null
}

export interface VariablesService {
  list(tenantId: string): Promise<readonly VariableView[]>
  /** @throws StegError `variable-unknown` */
  get(tenantId: string, name: string): Promise<{ view: VariableView; etag: string | undefined }>
  /**
   * Null clears the variable; that the operator has unlocked it stays. What is wrong with a value is said in `language`.
   * @throws StegError `variable-unknown`, `variable-locked`, `variable-invalid`, `store-conflict`
   */
  set(
    tenantId: string,
    name: string,
    value: string | null,
    ifMatch: string | undefined,
    language?: Language,
  ): Promise<{ view: VariableView; etag: string }>
  /** The operator lets the tenant change a locked variable. @throws StegError `variable-unknown`, `not-found` */
  unlock(tenantId: string, name: string): Promise<VariableView>
  /** Values for use inside the hub, opened; undefined where not set. */
  read<N extends string>(tenantId: string, names: readonly N[]): Promise<Record<N, string | undefined>>
}

export interface VariablesParts {
  readonly store: Store
  readonly seal: TenantSeal
  readonly clock: Clock
  readonly tenancy: Pick<TenancyService, 'nameOf'>
}

interface Stored {
  readonly value?: string | undefined
  readonly unlocked?: boolean | undefined
  readonly updatedAt: string
}

export function createVariablesService(parts: VariablesParts): VariablesService {
  const table = variablesTable.bind(parts.store)

  const known = (name: string): KnownVariable => {
    const variable = knownVariable(name)
    if (variable === undefined) throw new StegError('variable-unknown', { name })
    return variable
  }

  return {
    async list(tenantId) {
      const { rows } = await table.query(tenantId)
      const stored = new Map(rows.map((row) => [row.key, row.value]))
      return knownVariables
        .filter((variable) => variable.editableByTenant || stored.get(variable.name)?.unlocked === true)
        .map((variable) => viewOf(variable, stored.get(variable.name)))
    },

    async get(tenantId, name) {
      const variable = known(name)
      const row = await table.get(tenantId, name)
      return { view: viewOf(variable, row?.value), etag: row?.etag }
    },

    async set(tenantId, name, asked, ifMatch, language = 'en') {
      const variable = known(name)
      const value = asked === null ? undefined : (variable.normalise?.(asked) ?? asked)
      const row = await table.get(tenantId, name)
      if (!isEditable(variable, row?.value)) throw new StegError('variable-locked', { name })
      const problem = value === undefined ? undefined : variable.problem(value)
      if (problem !== undefined) {
        throw new StegError('variable-invalid', { name, problem: problem[language] })
      }
      const next: Stored = {
        ...(value === undefined
          ? {}
          : { value: variable.confidential ? await parts.seal.seal(tenantId, name, value) : value }),
        ...(row?.value.unlocked === undefined ? {} : { unlocked: row.value.unlocked }),
        updatedAt: toIso(parts.clock.now()),
      }
      const condition: Condition =
        ifMatch !== undefined
          ? { kind: 'match', etag: ifMatch }
          : row === undefined
            ? { kind: 'absent' }
            : { kind: 'match', etag: row.etag }
      const etag = await table.put(tenantId, name, next, condition)
      return { view: viewOf(variable, next), etag }
    },

    async unlock(tenantId, name) {
      const variable = known(name)
      await parts.tenancy.nameOf(tenantId)
      const row = await table.get(tenantId, name)
      const next: Stored = {
        ...(row?.value.value === undefined ? {} : { value: row.value.value }),
        unlocked: true,
        updatedAt: toIso(parts.clock.now()),
      }
      await table.put(
        tenantId,
        name,
        next,
        row === undefined ? { kind: 'absent' } : { kind: 'match', etag: row.etag },
      )
      return viewOf(variable, next)
    },

    async read(tenantId, names) {
      const { rows } = await table.query(tenantId)
      const values: Record<string, string | undefined> = {}
      for (const name of names) {
        const stored = rows.find((row) => row.key === name)?.value.value
        values[name] =
          stored !== undefined && known(name).confidential
            ? await parts.seal.open(tenantId, name, stored)
            : stored
      }
      return values
    },
  }
}

function isEditable(variable: KnownVariable, stored: Stored | undefined): boolean {
  return variable.editableByTenant || stored?.unlocked === true
}

function viewOf(variable: KnownVariable, stored: Stored | undefined): VariableView {
  return {
    name: variable.name,
    value: variable.confidential ? null : (stored?.value ?? null),
    isSet: stored?.value !== undefined,
    confidential: variable.confidential,
    editable: isEditable(variable, stored),
    environment: 'Production',
    updatedAt: stored?.value === undefined ? null : stored.updatedAt,
  }
}
