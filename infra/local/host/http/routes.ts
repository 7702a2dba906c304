import { type ParameterSegment, parseTemplate, type Segment, type Template } from './template.ts'

export interface RouteInput {
  readonly name: string
  /** With the route prefix. */
  readonly template: string
  /** In capitals. */
  readonly methods: readonly string[]
}

export interface Route extends RouteInput {
  readonly segments: Template
}

export interface RouteMatch {
  readonly route: Route
  /** Optional parameters that are absent from the path are absent here. */
  readonly params: Readonly<Record<string, string>>
}

/** Parses the templates and puts the most specific route first. Throws, naming the function, for one it cannot read. */
export function orderRoutes(inputs: readonly RouteInput[]): Route[] {
  return inputs
    .map((input) => ({ ...input, segments: parse(input) }))
    .sort((a, b) => comparePrecedence(a.segments, b.segments) || compareNames(a.name, b.name))
}

function parse({ name, template }: RouteInput): Template {
  try {
    return parseTemplate(template)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`Function "${name}", HTTP trigger: route ${reason}`, { cause: error })
  }
}

/** The first route that fits method and path segments. `segments` are decoded. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  segments: readonly string[],
): RouteMatch | undefined {
  for (const route of routes) {
    if (!route.methods.includes(method)) continue
    const params = matchTemplate(route.segments, segments)
    if (params) return { route, params }
  }
  return undefined
}

/**
 * Precedence of ASP.NET Core attribute routing (RoutePrecedence.ComputeInbound): segment by segment, text before
 * a parameter with constraint, before a parameter, before a catch-all; the shorter template first when one begins
 * like the other.
 */
function comparePrecedence(a: Template, b: Template): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = precedence(a[index]) - precedence(b[index])
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function precedence(segment: Segment | undefined): number {
  if (segment?.kind === 'literal') return 1
  if (segment?.kind === 'catch-all') return 5
  return segment && segment.constraints.length > 0 ? 2 : 3
}

function compareNames(a: string, b: string): number {
  const [upperA, upperB] = [a.toUpperCase(), b.toUpperCase()]
  return upperA < upperB ? -1 : upperA > upperB ? 1 : 0
}

function matchTemplate(template: Template, segments: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  for (const [index, part] of template.entries()) {
    if (part.kind === 'catch-all') {
      const rest = segments.slice(index).join('/')
      if (rest !== '') params[part.name] = rest
      return params
    }
    const value = segments[index]
    if (value === undefined) {
      if (part.kind === 'literal' || !part.optional) return undefined
    } else if (!fits(part, value)) {
      return undefined
    } else if (part.kind === 'parameter') {
      params[part.name] = value
    }
  }
  return segments.length > template.length ? undefined : params
}

function fits(part: Exclude<Segment, { kind: 'catch-all' }>, value: string): boolean {
  if (part.kind === 'literal') return part.text.toLowerCase() === value.toLowerCase()
  return value !== '' && accepts(part, value)
}

function accepts(part: ParameterSegment, value: string): boolean {
  return part.constraints.every((constraint) => constraint(value))
}

export interface RouteConflict {
  readonly specific: string
  readonly general: string
}

/**
 * Pairs of functions where the real host answers with the other one. It does not look at precedence: it tries the
 * functions in the alphabetical order of their names and takes the first that fits (FunctionMetadataManager,
 * WebScriptHostHttpRoutesManager). Renaming one of the two mends it.
 */
export function findOrderConflicts(routes: readonly Route[]): RouteConflict[] {
  return routes.flatMap((specific, index) =>
    routes
      .slice(index + 1)
      .filter(
        (general) =>
          compareNames(general.name, specific.name) < 0 &&
          general.methods.some((method) => specific.methods.includes(method)) &&
          overlaps(specific.segments, general.segments),
      )
      .map((general) => ({ specific: specific.name, general: general.name })),
  )
}

/** True when some path may fit both templates. Two constraints on the same segment count as compatible. */
function overlaps(a: Template, b: Template): boolean {
  for (let index = 0; ; index++) {
    const [partA, partB] = [a[index], b[index]]
    if (partA?.kind === 'catch-all' || partB?.kind === 'catch-all') return true
    if (!partA || !partB) return ![...a.slice(index), ...b.slice(index)].some(isRequired)
    if (partA.kind === 'literal' && !fits(partB, partA.text)) return false
    if (partB.kind === 'literal' && !fits(partA, partB.text)) return false
  }
}

function isRequired(part: Segment): boolean {
  return part.kind === 'literal' || (part.kind === 'parameter' && !part.optional)
}
