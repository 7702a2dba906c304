import { writeFileSync } from 'node:fs'
import { catalogue, type ErrorCode, type Language } from '../../shared/errors/error.ts'
import { withNames } from '../../shared/text.ts'

// Writes docs/errors.md and docs/de/errors.md from the catalogue: npm run docs
const pages: Readonly<Record<Language, { file: string; yes: string; no: string; head: string }>> = {
  en: {
    file: 'docs/errors.md',
    yes: 'yes',
    no: 'no',
    head: `# Error codes

Made from the catalogue in \`shared/errors\` by \`npm run docs\`. Programs decide by the code; the text is for people and
comes in German or English. "Retry" says that the same call may succeed later without anybody changing anything.

| Code | Status | Retry | Meaning and what to do |`,
  },
  de: {
    file: 'docs/de/errors.md',
    yes: 'ja',
    no: 'nein',
    head: `# Fehlercodes

Aus dem Katalog in \`shared/errors\` erzeugt mit \`npm run docs\`. Programme entscheiden nach dem Code; der Text ist für
Menschen und kommt auf Deutsch oder Englisch. „Wiederholen“ sagt, ob derselbe Aufruf später gelingen kann, ohne dass
jemand etwas ändert.

| Code | Status | Wiederholen | Bedeutung und was zu tun ist |`,
  },
}

for (const language of ['en', 'de'] as const) {
  const { file, yes, no, head } = pages[language]
  const rows = (Object.keys(catalogue) as ErrorCode[]).sort().map((code) => {
    const { status, retryable, detail } = catalogue[code]
    return `| \`${code}\` | ${status} | ${retryable ? yes : no} | ${withNames(detail[language])} |`
  })
  const text = `${head}\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
  writeFileSync(new URL(`../../${file}`, import.meta.url), text)
}
