import { z } from 'zod'
import { nameProblem } from './limits.ts'
import type { Value } from './port.ts'

/** Properties with this ending hold JSON text. */
const jsonSuffix = '__json'

/** What JSON would lose: such a field would come back as something else than was written. */
const lossyTypes: ReadonlySet<string> = new Set([
  'bigint',
  'date',
  'file',
  'function',
  'map',
  'nan',
  'promise',
  'set',
  'symbol',
  'transform',
  'undefined',
  'void',
])

export interface RowCodec<T> {
  /** Checks the value and turns it into properties. Throws a plain Error that names `where` and never a value. */
  encode(where: string, value: T): Record<string, Value>
  /** The reverse, for what was read. */
  decode(where: string, values: Readonly<Record<string, Value>>): T
}

/**
 * How values of a schema are kept in rows: strings, numbers and booleans as they are, everything else as JSON text under
 * `<name>__json`. Undefined is absent. The store knows no null: in a field that may be null but not undefined, null is
 * absent and absent is null; where a field may be both, null is kept as JSON.
 * Throws a plain Error for a schema whose values would not come back as they were written.
 */
export function rowCodec<S extends z.ZodObject>(schema: S): RowCodec<z.output<S>> {
  const nullWhenAbsent = checkSchema(schema)

  function checked(where: string, value: unknown): z.output<S> {
    const result = schema.safeParse(value)
    if (result.success) return result.data
    const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`)
    throw misfit(where, problems.join(', '))
  }

  return {
    encode(where, value) {
      const values: Record<string, Value> = {}
      for (const [name, field] of Object.entries(checked(where, value))) {
        if (field === undefined || (field === null && nullWhenAbsent.has(name))) continue
        if (typeof field === 'string' || typeof field === 'number' || typeof field === 'boolean') {
          values[name] = field
        } else values[name + jsonSuffix] = JSON.stringify(field)
      }
      return values
    },
    decode(where, values) {
      const fields: Record<string, unknown> = {}
      for (const name of nullWhenAbsent) fields[name] = null
      for (const [name, value] of Object.entries(values)) {
        if (name.endsWith(jsonSuffix)) {
          const field = name.slice(0, -jsonSuffix.length)
          fields[field] = jsonOf(where, field, value)
        } else fields[name] = value
      }
      return checked(where, fields)
    },
  }
}

/** The fields that are null when they are absent. */
function checkSchema(schema: z.ZodObject): ReadonlySet<string> {
  z.toJSONSchema(schema, {
    unrepresentable: 'any',
    override: ({ zodSchema, path }) => {
      const { type } = zodSchema._zod.def
      if (lossyTypes.has(type)) throw new Error(`A row cannot keep a ${type} (at ${path.join('.')})`)
    },
  })
  const nullWhenAbsent = new Set<string>()
  for (const [name, field] of Object.entries(schema.shape)) {
    const problem = nameProblem(name)
    if (problem !== undefined || name.endsWith(jsonSuffix)) {
      throw new Error(`The field "${name}" ${problem ?? `must not end in ${jsonSuffix}`}`)
    }
    if (z.safeParse(field, null).success && !z.safeParse(field, undefined).success) nullWhenAbsent.add(name)
  }
  return nullWhenAbsent
}

function jsonOf(where: string, field: string, text: Value): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    // The message of the original would quote the text.
    throw misfit(where, `${field}: not JSON`)
  }
}

function misfit(where: string, problems: string): Error {
  return new Error(`The row ${where} does not fit its schema: ${problems}`)
}
