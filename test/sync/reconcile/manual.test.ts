/** The manuals' rules, each with its place (file, section, German key words) and what both sides hold afterwards. */
import { describe, expect, test } from 'vitest'
import type { Fields } from '../../../functions/sync/reconcile/rules/item.ts'
import { bothWaysRules } from './manual/both-ways.ts'
import { conditionRules } from './manual/conditions.ts'
import { conflictRules } from './manual/conflicts.ts'
import { outwardRules } from './manual/outwards.ts'
import { Pair } from './memory/pair.ts'

const project = (fields: Fields) => ({ fields: { ...fields, title: fields.title || '.' } })

function short(fields: Fields): string | Fields {
  const names = Object.keys(fields)
  return names.length === 1 && typeof fields.title === 'string' ? fields.title : fields
}

describe('the manuals', () => {
  test.each(
    [...outwardRules, ...bothWaysRules, ...conditionRules, ...conflictRules].map(
      (rule) => [`${rule.mode} · ${rule.place}`, rule] as const,
    ),
  )('%s', async (_, rule) => {
    const pair = new Pair({ policy: { mode: rule.mode, ...rule.policy }, manners: { project } })
    if (rule.empty !== true) {
      pair.inside.userCreate('x', { title: 'x' })
      await pair.run()
    }
    await rule.happens(pair, [...pair.outside.items.keys()][0] ?? '')
    expect(await pair.run()).toMatchObject({ kind: 'done', open: 0 })
    expect(pair.insideFields().map(short)).toEqual(rule.inside)
    expect(pair.outsideFields().map(short)).toEqual(rule.outside)
    const link = pair.link('x')
    if (rule.active !== undefined) expect(link?.active).toBe(rule.active)
    if (rule.flagged !== undefined) expect(link?.deletedExternally).toBe(rule.flagged)
    if (rule.reason !== undefined) expect(pair.reports.map(({ reason }) => reason)).toContain(rule.reason)
    // Whatever it was, it is done: two more runs, the second without any write.
    const { writes } = pair
    await pair.run()
    const { saves } = pair.links
    await pair.run()
    expect(pair.writes).toBe(writes)
    expect(pair.links.saves).toBe(saves)
  })
})
