import { z } from 'zod'

/**
 * What can go wrong, and at which stage:
 * - `wait`: the answer comes late.
 * - `instead`: something else happens in place of the answer: before anything is done, or with `afterCommit` once the
 *   call has taken effect (a POST is stored, and the caller does not learn it).
 * - `session`: the caller's session ends just before the call.
 * - `rows`: people change between two pages of Employee/Employees.
 * - `answer`: the right answer, damaged on its way.
 */
export const faultStages = {
  delay: 'wait',
  unavailable: 'instead',
  'html-page': 'instead',
  'login-redirect': 'instead',
  drop: 'instead',
  hang: 'instead',
  'session-expired': 'session',
  'rows-removed': 'rows',
  'rows-inserted': 'rows',
  'cut-body': 'answer',
  'cut-chunked': 'answer',
  'truncated-json': 'answer',
  'wrong-content-type': 'answer',
  'wrong-total': 'answer',
  'short-page': 'answer',
} as const satisfies Record<string, 'wait' | 'instead' | 'session' | 'rows' | 'answer'>

export type FaultKind = keyof typeof faultStages
const kinds = Object.keys(faultStages) as [FaultKind, ...FaultKind[]]

export const faultRuleSchema = z.strictObject({
  /** For removing the rule again; given when absent. */
  id: z.string().min(1).optional(),
  kind: z.enum(kinds),
  /** Path below the base, such as `Time/TimeEvents`: a prefix, or a regular expression. Case does not matter. */
  path: z
    .union([
      z.string(),
      z.strictObject({ regexp: z.string().refine(isPattern, 'not a regexp') }),
      z.instanceof(RegExp).transform((pattern) => ({ regexp: pattern.source })),
    ])
    .optional(),
  method: z.enum(['GET', 'POST']).optional(),
  /** Chance that a fitting request is hit, decided by the seed. Default 1. */
  probability: z.number().min(0).max(1).default(1),
  /** How many requests are hit at most. Default: no limit. */
  count: z.int().positive().optional(),
  /** How many fitting requests pass first. */
  after: z.int().min(0).default(0),
  /** `instead` and `delay`: let the call take effect first. */
  afterCommit: z.boolean().default(false),
  /** Only a list request that asks for this page, counted from 0. For the kinds `rows-…` the default is 1. */
  page: z.int().min(0).optional(),
  /** `delay`: milliseconds. */
  ms: z.number().min(0).default(1000),
  /** `html-page`: the status that comes with it. */
  status: z.union([z.literal(200), z.literal(500)]).default(200),
  /** `cut-…`, `truncated-json`: bytes of the body that are sent. Default: half of them. */
  bytes: z.int().min(0).optional(),
  /** `rows-…`, `short-page`: how many people. */
  rows: z.int().positive().default(1),
  /** `wrong-total`: what is added to Total. */
  by: z.int().default(1),
  /** `wrong-content-type`: the type that is claimed. */
  contentType: z.string().min(1).default('text/plain'),
  /** `login-redirect`: where to. Default: the portal's sign-in page on the same host. */
  location: z.string().min(1).optional(),
})

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'i').source.length > 0
  } catch {
    return false
  }
}

export type FaultRule = z.input<typeof faultRuleSchema>
export type ParsedRule = z.output<typeof faultRuleSchema> & { readonly id: string }

/** What a rule can look at. */
export interface RequestFacts {
  readonly method: string
  /** Below the base path, without a leading slash. */
  readonly path: string
  /** Page that a list request asks for, from 0; undefined for others. */
  readonly page: number | undefined
  /** Whether the request carries a session that is alive. */
  readonly signedIn: boolean
}

/** Whether the rule speaks of such a request; count, after and probability come later. */
export function fits(rule: ParsedRule, facts: RequestFacts): boolean {
  const stage = faultStages[rule.kind]
  if (rule.method !== undefined && rule.method !== facts.method) return false
  if (rule.path !== undefined && !pathFits(rule.path, facts.path)) return false
  if ((stage === 'session' || stage === 'rows') && !facts.signedIn) return false
  if (stage === 'rows' && !/^employee\/employees$/i.test(facts.path)) return false
  const page = rule.page ?? (stage === 'rows' ? 1 : undefined)
  return page === undefined || page === facts.page
}

function pathFits(rule: NonNullable<ParsedRule['path']>, path: string): boolean {
  if (typeof rule === 'string') return path.toLowerCase().startsWith(rule.replace(/^\//, '').toLowerCase())
  return new RegExp(rule.regexp, 'i').test(path)
}
