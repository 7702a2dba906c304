import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/**
 * The words of Sage HR. Whole words and parts of names that begin like one: "Message", "asAgent" and "load balancer" are
 * none of them.
 */
const words =
  /(?<![A-Za-z])(?:sage(?![nt]\b)|SAGE)|Sage(?!n\b)|(?<![a-z])booking|Booking|(?<![a-z])absence|Absence|(?<![a-z])balances?\b|Balance|[Mm]aster ?[Dd]ata|leave request|requests? for leave|Buchung|Abwesen|Kontost|Zusatzeing|Urlaubsantr/

/** Where they are at home. */
const home = [
  /^functions\/hr\//,
  /^portal\/hr\//,
  /^shared\/errors\/(?:sage|bookings|absences)\.ts$/,
  // Texts of pages: one file for each area of pages, loaded with all others of the language.
  /^portal\/i18n\/(?:de|en)\/(?:bookings|people)\.ts$/,
]

/** Lines elsewhere that may have them, each kind with its reason. One that is no longer needed fails. */
const allowed: readonly { readonly file: RegExp; readonly line: RegExp; readonly why: string }[] = [
  {
    file: /^shared\/errors\/error\.ts$/,
    line: /(?:sage|booking|absence)Errors/,
    why: 'the catalogue lists its files',
  },
  {
    file: /^shared\/errors\/relay\.ts$/,
    line: /„agent enrol“|"agent enrol"/,
    why: 'text of a code that jobs of all products have',
  },
  {
    file: /^shared\/errors\/jobs\.ts$/,
    line: /release/,
    why: 'the guard is asked by the mirror of people alone; its text says so',
  },
  {
    file: /^functions\/tenancy\/accounts\/rules\/password\.ts$/,
    line: /^ {3}sage /,
    why: 'a word that passwords must not be',
  },
  {
    file: /^functions\/licensing\/endpoints\.ts$/,
    line: /Bookings and requests that were accepted/,
    why: 'what the articles are about',
  },
  {
    file: /^(?:functions\/connectors|agent|shared\/wire)\//,
    line: /'sage'/,
    why: 'the category of an agent and its first target: stable words of command and API',
  },
  {
    file: /^functions\/connectors\//,
    line: /Agents for Sage that enrol|for Sage calls|Who makes Sage calls/,
    why: 'says what the category is for',
  },
  {
    file: /^agent\/commands\//,
    line: /„sage“|"sage"|next to Sage/,
    why: "texts of the agent's command, which names the category",
  },
  {
    file: /^portal\/jobs\/words\.ts$/,
    line: /as 'name\.SysSageSync'|as 'category\.SageSkripte'/,
    why: 'stands for the type of all keys',
  },
  {
    file: /^portal\/start\//,
    line: /SysSageSync|fromSage|booking/i,
    why: 'the start page shows the figures of the only product',
  },
  {
    file: /^portal\/variables\//,
    line: /Sage|sage\//,
    why: 'the page of variables checks the connection of the only product',
  },
  {
    file: /^portal\/connectors\/commands\.ts$/,
    line: /--category sage|next to Sage/,
    why: "the command's stable argument",
  },
  { file: /^portal\/tenants\/unlock-dialog\.tsx$/, line: /Sage/, why: 'the only variable that is locked' },
  {
    file: /^portal\/i18n\//,
    line: /bookings/i,
    why: 'the list of texts, and the name of the page in the navigation',
  },
  {
    file: /^portal\/i18n\/(?:de|en)\/(?:access|audit|connectors|jobs|licence|start|tenants|variables)\.ts$/,
    line: words,
    why: 'texts that name the only product to its users; they lie by area of pages',
  },
]

const found = globSync('{functions,agent,shared,portal}/**/*.{ts,tsx}', {
  exclude: ['portal/api/schema.d.ts'],
})
  .filter((file) => !home.some((path) => path.test(file)))
  .flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line, index) => ({ file, line, at: `${file}:${index + 1}` })),
  )
  .filter(({ line }) => words.test(line))

it('words of a product are in its own folders only', () => {
  const strange = found.filter(
    ({ file, line }) => !allowed.some((one) => one.file.test(file) && one.line.test(line)),
  )
  expect(strange.map(({ at, line }) => `${at} ${line.trim()}`)).toEqual([])
})

it.each(allowed)('$file $line is still needed: $why', (one) => {
  expect(found.some(({ file, line }) => one.file.test(file) && one.line.test(line))).toBe(true)
})
