import { writeFileSync } from 'node:fs'
import { catalogue, type ErrorCode } from '../../shared/errors/error.ts'

// Writes docs/errors.md from the catalogue: npm run docs
const rows = (Object.keys(catalogue) as ErrorCode[]).sort().map((code) => {
  const { status, retryable, detail } = catalogue[code]
  return `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${detail.en} |`
})
writeFileSync(
  new URL('../../docs/errors.md', import.meta.url),
  `# Error codes

Made from the catalogue in \`shared/errors\` by \`npm run docs\`. Programs decide by the code; the text is for people and
comes in German or English. "Retry" says that the same call may succeed later without anybody changing anything.

| Code | Status | Retry | Meaning and what to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`,
)
