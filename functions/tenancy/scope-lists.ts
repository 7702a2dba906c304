import { z } from 'zod'
import { scopeLimits } from '../../shared/scope-limits.ts'
import { Id, said } from '../http/text.ts'

const externalToken = /^(0|[1-9]\d{0,5})_(0|[1-9]\d{0,7})$/
const ExternalToken = z
  .string()
  .refine(
    (text) => externalToken.test(text),
    said({ en: 'must be an external token such as 3_4', de: 'muss ein externes Kennzeichen wie 3_4 sein' }),
  )
  .meta({ pattern: externalToken.source })

/** Whom a limited user or API token may see, as both name them. */
export const scopeLists = {
  people: z
    .array(ExternalToken)
    .max(scopeLimits.people)
    .meta({ description: 'External tokens, such as `3_4`.' }),
  groups: z.array(Id).max(scopeLimits.groups).meta({ description: 'Ids of groups.' }),
}
