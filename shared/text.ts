/** The languages of everything that people read. */
export type Language = 'en' | 'de'

/** The parameters that a text names, for the compiler: `'{count|# line|# lines} of {file}'` names `count` and `file`. */
export type Placeholders<Text extends string> = Text extends `${string}{${infer Place}}${infer Rest}`
  ? (Place extends `${infer Name}|${string}` ? Name : Place) | Placeholders<Rest>
  : never

const place = /\{(\w+)(?:\|([^{}]*))?\}/g

const plurals = { en: new Intl.PluralRules('en-GB'), de: new Intl.PluralRules('de-DE') } as const
const numbers = { en: new Intl.NumberFormat('en-GB'), de: new Intl.NumberFormat('de-DE') } as const

/**
 * Fills the parameters of a text in. `{name}` becomes its value as it is; a name without a value stays visible.
 * `{count|# line|# lines}` becomes its first form for one and its last for any other number; `#` is the number as the
 * language writes it. A single form, `{count|#}`, only writes the number so.
 */
export function fillIn(
  text: string,
  params: Readonly<Record<string, string | number>>,
  language: Language,
): string {
  return text.replace(place, (_, name: string, forms: string | undefined) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined
    if (value === undefined) return `{${name}}`
    return forms === undefined ? String(value) : inForm(forms.split('|'), value, language)
  })
}

/** A count that is no number, as a row of another version may hold it, is written as it is. */
function inForm(forms: readonly string[], value: string | number, language: Language): string {
  const count = typeof value === 'number' ? value : Number.NaN
  const singular = Number.isFinite(count) && plurals[language].select(count) === 'one'
  const form = (singular ? forms[0] : forms.at(-1)) ?? ''
  return form.replaceAll('#', Number.isFinite(count) ? numbers[language].format(count) : String(value))
}

/** A text with its parameters as mere names, for documents about it: `{count} lines of {file}`. */
export function withNames(text: string): string {
  return text.replace(place, (_, name: string, forms: string | undefined) =>
    forms === undefined ? `{${name}}` : (forms.split('|').at(-1) ?? '').replaceAll('#', `{${name}}`),
  )
}
