import { catalogue, type Language } from '../../shared/errors/error.ts'
import { escapeHtml, htmlPage } from './html.ts'

const heads = {
  en: {
    title: 'Error codes',
    code: 'Code',
    meaning: 'Meaning and what to do',
    retry: 'Trying again may help',
  },
  de: {
    title: 'Fehlercodes',
    code: 'Code',
    meaning: 'Bedeutung und Abhilfe',
    retry: 'Erneut versuchen kann helfen',
  },
} as const

/** Every code of the catalogue; problem documents link here. */
export function errorsPage(language: Language): string {
  const head = heads[language]
  const rows = Object.entries(catalogue).map(
    ([code, entry]) => `<tr id="${code}"><td><code>${code}</code><br>${entry.status}</td>
<td><strong>${escapeHtml(entry.title[language])}</strong><br>${escapeHtml(entry.detail[language])}${
      entry.retryable ? `<br><em>${head.retry}</em>` : ''
    }</td></tr>`,
  )
  return htmlPage(
    head.title,
    language,
    `<main>
<h1>${head.title}</h1>
<table>
<thead><tr><th scope="col">${head.code}</th><th scope="col">${head.meaning}</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</main>`,
  )
}
