import { z } from 'zod'
import { said } from './text.ts'

/** Query of every list: `limit` up to 500 and the opaque `cursor` of the page before. */
export const PageQuery = z.object({
  limit: z
    .string()
    .refine(
      (text) => /^[0-9]{1,9}$/.test(text),
      said({ en: 'must be a whole number in digits', de: 'muss eine ganze Zahl in Ziffern sein' }),
    )
    .transform(Number)
    .pipe(z.int().min(1).max(500))
    .default(100)
    .meta({
      description: 'How many items to return, 1 to 500.',
      override: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
    }),
  cursor: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .meta({ description: 'The cursor that the page before returned.' }),
})

/** The answer of a list. `cursor` is null on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), cursor: z.string().nullable() })
}

/** The answer of a list that is always short enough to come whole. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item) })
}
