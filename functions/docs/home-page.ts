import type { Language } from '../../shared/errors/error.ts'
import { escapeHtml, htmlPage } from './html.ts'

const texts = {
  en: {
    lead: 'Steg joins your own machines to the cloud. This hub is running.',
    reference: 'API reference, to read and to try',
    description: 'OpenAPI description',
    errors: 'What the error codes mean and what to do',
    health: 'State of the hub',
  },
  de: {
    lead: 'Steg verbindet Ihre eigenen Rechner mit der Cloud. Dieser Hub läuft.',
    reference: 'API-Referenz zum Nachlesen und Ausprobieren',
    description: 'OpenAPI-Beschreibung',
    errors: 'Was die Fehlercodes bedeuten und was zu tun ist',
    health: 'Zustand des Hubs',
  },
} as const

export function homePage(language: Language, version: string): string {
  const text = texts[language]
  return htmlPage(
    'Steg',
    language,
    `<main>
<h1>Steg</h1>
<p>${text.lead}</p>
<ul>
<li><a href="/docs/api">${text.reference}</a></li>
<li><a href="/api/v1/openapi.json">${text.description}</a></li>
<li><a href="/docs/errors">${text.errors}</a></li>
<li><a href="/api/v1/health">${text.health}</a></li>
</ul>
<p><small>Steg ${escapeHtml(version)}</small></p>
</main>`,
  )
}
