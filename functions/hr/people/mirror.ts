import type { Mirror } from '../../sync/mirror/mirror.ts'
import { externalToken, tokenOf } from '../rules/person-key.ts'
import type { SagePerson } from '../rules/sage-data.ts'
import { PEOPLE_RANGE, type PersonRow, peopleStatsTable, peopleTable, STATS_KEY } from './rows.ts'
import { deactivationProportion, peopleRules } from './rules/plan.ts'
import { versionWrite } from './writes.ts'

const about = (id: string) => ({ token: tokenOf(id) })

/** People come from Sage; what the tenant leads (locked, ident media, groups) stays. */
export const peopleMirror: Mirror<SagePerson, PersonRow> = {
  table: peopleTable,
  range: PEOPLE_RANGE,
  rules: peopleRules,

  toRow: (person, before, now) => ({
    ...person,
    externalToken: externalToken(person),
    locked: before?.locked ?? false,
    identMedia: before?.identMedia ?? [],
    groups: before?.groups ?? [],
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  }),
  toGoneRow: (row, now) => ({ ...row, active: false, missing: true, updatedAt: now }),

  // The count of people and the version that searches remember people by.
  beside: {
    perBatch: 2,
    perRow: 0,
    async writesFor({ store, tenantId, now }, changes, writes) {
      let more = 0
      for (const { before, next } of changes) {
        more += Number(next !== undefined) - Number(before !== undefined)
      }
      if (more === 0) return [versionWrite(store, now, writes)]
      const stats = peopleStatsTable.bind(store)
      const figures = await stats.get(tenantId, STATS_KEY)
      const total = stats.toPut(
        STATS_KEY,
        { total: Math.max(0, (figures?.value.total ?? 0) + more) },
        figures === undefined ? { kind: 'absent' } : { kind: 'match', etag: figures.etag },
      )
      return [total, versionWrite(store, now, [...writes, total])]
    },
  },

  // Nobody is deactivated unasked by an empty list: the guard never lets everybody go.
  emptyProves: true,
  guards: [
    {
      counts: (action) => action.kind !== 'create' && action.ends,
      proportion: deactivationProportion,
      texts: {
        wouldBeHeld: 'would-be-held',
        released: 'released',
        item: 'person-would-be-deactivated',
      },
    },
  ],
  texts: {
    read: 'people-read',
    planned: 'people-planned',
    empty: 'list-empty',
    done: { create: 'person-created', update: 'person-updated', deactivate: 'person-deactivated' },
    tried: {
      create: 'person-would-be-created',
      update: 'person-would-be-updated',
      deactivate: 'person-would-be-deactivated',
    },
    about,
  },
  undoTexts: {
    done: { restore: 'person-restored', remove: 'person-removed', keep: 'person-changed-since' },
    tried: {
      restore: 'person-would-be-restored',
      remove: 'person-would-be-removed',
      keep: 'person-changed-since',
    },
    about,
  },
}
