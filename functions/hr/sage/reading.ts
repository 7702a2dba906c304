import { z } from 'zod'
import type { Reading } from '../../sync/mirror/rules/listing.ts'
import { fieldOf } from '../rules/sage-data.ts'
import type { Raw, RowForm } from './port.ts'

/**
 * One row, or why it cannot be understood.
 * @param position in the list, from 0
 */
export function readRow<Shape extends z.ZodRawShape, Item>(
  row: unknown,
  position: number,
  form: RowForm<Shape, Item>,
): Reading<Item> {
  const raw = Object.fromEntries(Object.entries(form.names).map(([name, path]) => [name, fieldOf(row, path)]))
  const key = form.keyOf(raw)
  const parsed = form.schema.safeParse(raw)
  if (parsed.success && key !== undefined) {
    return { kind: 'understood', key, about: key, item: form.toItem(parsed.data) }
  }
  const broken = String(parsed.error?.issues[0]?.path[0] ?? form.keyField)
  // `toItem` only takes fields over: it makes part of an item from some of them.
  const known: Partial<Item> = form.toItem(understoodFields(form.schema, raw) as never)
  return {
    kind: 'left-out',
    key,
    about: key ?? shorten(form.nameOf(known)) ?? `#${position + 1}`,
    known,
    problem: { kind: 'field', field: form.names[broken] ?? broken, value: shorten(raw[broken]) },
  }
}

function understoodFields(schema: z.ZodObject, raw: Raw): Raw {
  const known: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.shape)) {
    const parsed = z.safeParse(field, raw[name])
    if (parsed.success) known[name] = parsed.data
  }
  return known
}

/** Enough of a value to find it in Sage. */
function shorten(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (text.length > 60 ? `${text.slice(0, 60)}…` : text).toWellFormed()
}
