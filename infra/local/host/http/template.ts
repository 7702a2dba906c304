/**
 * Route templates in the grammar of ASP.NET Core, as far as functions need it: literal segments, `{name}`,
 * `{name?}`, `{name:constraint}`, `{*rest}`. Source: Microsoft Learn, "Routing in ASP.NET Core".
 */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | ParameterSegment
  | { readonly kind: 'catch-all'; readonly name: string }

export interface ParameterSegment {
  readonly kind: 'parameter'
  readonly name: string
  readonly optional: boolean
  readonly constraints: readonly ((value: string) => boolean)[]
}

export type Template = readonly Segment[]

/** Throws an error that says which part of the template this host cannot read. */
export function parseTemplate(text: string): Template {
  const trimmed = text.replace(/^\/|\/$/g, '')
  if (trimmed === '') return []
  const segments = trimmed.split('/').map((part) => parseSegment(part, text))
  const names = new Set<string>()
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1
    if (segment.kind === 'catch-all' && !last)
      throw new Error(`"${text}": a catch-all must be the last segment.`)
    if (segment.kind === 'parameter' && segment.optional && segments[index + 1]?.kind === 'literal') {
      throw new Error(`"${text}": an optional parameter cannot be followed by text.`)
    }
    if (segment.kind === 'literal') return
    const name = segment.name.toLowerCase()
    if (names.has(name)) throw new Error(`"${text}": the parameter "${segment.name}" occurs twice.`)
    names.add(name)
  })
  return segments
}

const parameterPattern = /^\{(\*{0,2})([A-Za-z_][A-Za-z0-9_-]*)((?::[a-z]+(?:\([^()]*\))?)*)(\?)?\}$/

function parseSegment(part: string, template: string): Segment {
  if (part === '') throw new Error(`"${template}": empty segments are not allowed.`)
  if (!/[{}]/.test(part)) return { kind: 'literal', text: part }
  const match = parameterPattern.exec(part)
  if (!match) {
    throw new Error(
      `"${template}": the segment "${part}" is not supported by the local host. It knows text, {name}, {name?}, {name:constraint} and {*rest}.`,
    )
  }
  const [, stars = '', name = '', constraintText = '', optional] = match
  if (stars !== '') {
    if (constraintText !== '') throw new Error(`"${template}": a catch-all takes no constraint here.`)
    return { kind: 'catch-all', name }
  }
  const constraints = [...constraintText.matchAll(/:([a-z]+)(?:\(([^()]*)\))?/g)].map(([, kind = '', args]) =>
    constraintOf(kind, args?.split(',').map((arg) => arg.trim()) ?? [], template),
  )
  return { kind: 'parameter', name, optional: optional !== undefined, constraints }
}

type Constraint = (value: string) => boolean

const plainConstraints: Readonly<Record<string, Constraint>> = {
  int: (value) => isInteger(value) && BigInt(value) >= -(2n ** 31n) && BigInt(value) < 2n ** 31n,
  long: (value) => isInteger(value) && BigInt(value) >= -(2n ** 63n) && BigInt(value) < 2n ** 63n,
  bool: (value) => /^(true|false)$/i.test(value),
  alpha: (value) => /^[a-z]*$/i.test(value),
  guid: (value) => /^\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(value),
  required: (value) => value !== '',
}

const numericConstraints: Readonly<
  Record<string, { readonly arity: readonly number[]; make(a: number, b: number): Constraint }>
> = {
  length: { arity: [1, 2], make: (a, b) => (value) => value.length >= a && value.length <= b },
  minlength: { arity: [1], make: (a) => (value) => value.length >= a },
  maxlength: { arity: [1], make: (a) => (value) => value.length <= a },
  min: { arity: [1], make: (a) => (value) => isInteger(value) && Number(value) >= a },
  max: { arity: [1], make: (a) => (value) => isInteger(value) && Number(value) <= a },
  range: {
    arity: [2],
    make: (a, b) => (value) => isInteger(value) && Number(value) >= a && Number(value) <= b,
  },
}

function constraintOf(kind: string, args: readonly string[], template: string): Constraint {
  const plain = Object.hasOwn(plainConstraints, kind) ? plainConstraints[kind] : undefined
  if (plain && args.length === 0) return plain
  const numeric = Object.hasOwn(numericConstraints, kind) ? numericConstraints[kind] : undefined
  if (numeric?.arity.includes(args.length) && args.every(isInteger)) {
    const [first = 0, second = first] = args.map(Number)
    return numeric.make(first, second)
  }
  throw new Error(`"${template}": the constraint "${kind}" is not supported by the local host.`)
}

function isInteger(value: string): boolean {
  return /^[+-]?\d{1,20}$/.test(value)
}
