import { z } from 'zod'
import type { Reading } from '../../sync/mirror/rules/listing.ts'
import { fieldOf } from './profile.ts'

/** Longest text that is taken from Sage, in characters: what is longer is no name of anything. */
const MAX_TEXT = 1_000

/** Text, without spaces around it; the store takes no half characters. */
export const Text = z.string().transform(usable)
/** One check for all: thousands of these are read at a time. */
export const OptionalText = z
  .string()
  .nullish()
  .transform((text, issues) => (text ? usable(text, issues) || undefined : undefined))

function usable(text: string, issues: z.RefinementCtx): string {
  const trimmed = text.trim()
  if (trimmed.length > MAX_TEXT) issues.addIssue('too long')
  else if (!trimmed.isWellFormed()) issues.addIssue('half a character')
  return trimmed
}

type Raw = Readonly<Record<string, unknown>>

/** How rows of one of Sage's lists are understood. */
export interface RowForm<Shape extends z.ZodRawShape, Item> {
  /** The hub's names of the fields, and the profile's paths to them. */
  readonly names: Readonly<Record<string, string>>
  readonly schema: z.ZodObject<Shape>
  /** What Sage knows the row by, from the fields as they came; undefined when there is no such thing. */
  keyOf(raw: Raw): string | undefined
  /** The field that is named when there is no key. */
  readonly keyField: string
  toItem(fields: z.output<z.ZodObject<Shape>>): Item
  /** What people call it. */
  nameOf(known: Partial<Item>): string | undefined
}

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
