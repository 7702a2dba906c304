import { fillIn, type Language, type Placeholders } from '../../../shared/text.ts'
import { MASKED, maskContacts } from './mask.ts'

/**
 * Whom a line of a log may name: `nobody`; the one `person` whose external token is a parameter; or `anybody`, as the
 * words of a foreign server may. Who is limited to certain people sees the first, the second where they may see that
 * person, and never the third.
 */
export type About = 'nobody' | 'person' | 'anybody'

/** One line of a run's log, in both languages; see `fillIn` for its parameters. */
export interface LogText {
  readonly about: About
  readonly en: string
  readonly de: string
  /** The parameter that holds the person's external token; `token` when nothing is said. */
  readonly person?: string
  /** Parameters with content of others, such as a subject: limited callers never see them. */
  readonly content?: readonly string[]
  /** Parameters that are ids, in which digits are no telephone number: limited callers see them as they are. */
  readonly ids?: readonly string[]
}
export type LogTexts = Readonly<Record<string, LogText>>

/** What a run counts, with `count` as its only parameter. */
export type CountTexts = Readonly<Record<string, Readonly<Record<Language, string>>>>

export type LogParams = Readonly<Record<string, string | number>>

/** The parameters that one of these codes needs, or all of several codes. */
export type ParamsOf<T extends LogTexts, C extends keyof T> = Readonly<
  Record<Placeholders<T[C]['en']>, string | number>
>

/** What follows the code when a line is logged: its parameters, or nothing when it has none. */
export type LogArguments<T extends LogTexts, C extends keyof T> = string extends keyof T
  ? [params?: LogParams]
  : [Placeholders<T[C]['en']>] extends [never]
    ? []
    : [params: ParamsOf<T, C>]

interface Line {
  readonly code: string
  readonly params: LogParams
}

/** The texts of all that runs, as those who show runs need them. */
export interface RunTexts {
  /** A code that nobody knows any more is shown as it is. */
  describe(line: Line, language: Language): string
  /** The counts of a run as one sentence. */
  describeCounts(counts: Readonly<Record<string, number>>, language: Language, dryRun?: boolean): string
  /** The line as somebody limited to certain people may see it; undefined when they may not (A9). */
  forLimited<L extends Line>(line: L, seesToken: (externalToken: string) => boolean): L | undefined
}

const dryRunPrefix: Readonly<Record<Language, string>> = {
  en: 'Dry run, nothing written: ',
  de: 'Probelauf, nichts geschrieben: ',
}

/** @throws Error when two of them use one code for different texts: a mistake in putting them together */
export function foldTexts(
  parts: readonly { readonly lines: LogTexts; readonly counts: CountTexts }[],
): RunTexts {
  const lines = fold(parts.map((part) => part.lines))
  const counts = fold(parts.map((part) => part.counts))

  return {
    describe({ code, params }, language) {
      const text = lines.get(code)
      return text === undefined ? code : fillIn(text[language], params, language)
    },

    describeCounts(found, language, dryRun = false) {
      const words = Object.entries(found).map(([name, count]) =>
        fillIn(counts.get(name)?.[language] ?? `{count|#} ${name}`, { count }, language),
      )
      return (dryRun ? dryRunPrefix[language] : '') + words.join(', ')
    },

    forLimited(line, seesToken) {
      const text = lines.get(line.code)
      if (text === undefined || !mayBeSeen(text, line.params, seesToken)) return undefined
      return { ...line, params: maskParams(line.params, text) }
    },
  }
}

function mayBeSeen(text: LogText, params: LogParams, seesToken: (token: string) => boolean): boolean {
  switch (text.about) {
    case 'nobody':
      return true
    case 'person': {
      const name = personIn(text)
      const token = Object.hasOwn(params, name) ? params[name] : undefined
      return typeof token === 'string' && seesToken(token)
    }
    case 'anybody':
      return false
  }
}

function maskParams(params: LogParams, text: LogText): LogParams {
  const asTheyAre = [...(text.ids ?? []), ...(text.about === 'person' ? [personIn(text)] : [])]
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (text.content?.includes(name)) return [name, MASKED]
      const plain = typeof value === 'number' || asTheyAre.includes(name)
      return [name, plain ? value : maskContacts(value)]
    }),
  )
}

const personIn = ({ person = 'token' }: LogText) => person

function fold<T>(tables: readonly Readonly<Record<string, T>>[]): ReadonlyMap<string, T> {
  const all = new Map<string, T>()
  for (const [code, text] of tables.flatMap((table) => Object.entries(table))) {
    if (all.has(code) && all.get(code) !== text) throw new Error(`Two texts have the code ${code}`)
    all.set(code, text)
  }
  return all
}
