import type { ErrorEntry } from './entry.ts'

/** Failures because of what is not ordered. */
export const licensingErrors = {
  'article-inactive': {
    status: 403,
    retryable: false,
    title: { en: 'Article not active', de: 'Artikel nicht aktiv' },
    detail: {
      en: 'This needs {articles} to be active in the licence. Nothing was changed or kept. The operator of this platform can activate it (Tenants › Licence, or PUT /api/v1/tenants/…/licence); then send the call again.',
      de: 'Dafür muss in der Lizenz {articles} aktiv sein. Es wurde nichts geändert und nichts übernommen. Der Betreiber der Plattform kann den Artikel freischalten (Mandanten › Lizenz oder PUT /api/v1/tenants/…/licence); danach bitte den Aufruf noch einmal senden.',
    },
  },
} as const satisfies Record<string, ErrorEntry>
