import type { Email } from 'postal-mime'

/** Nothing runs and nothing is fetched, whatever a mail holds. */
export const MAILBOX_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export interface KeptMail {
  readonly id: string
  readonly mail: Email
}

/** The list, newest first. */
export function listPage(mails: readonly KeptMail[]): string {
  const rows = mails.map(
    ({ id, mail }) =>
      `<li><a href="/${id}">${escaped(mail.subject ?? '(no subject)')}</a> – ${escaped(recipients(mail))}, ${escaped(mail.date ?? '')}</li>`,
  )
  return page('Mailbox', rows.length === 0 ? '<p>No mail yet.</p>' : `<ul>${rows.join('\n')}</ul>`)
}

/** One mail: its text, with links that can be followed. */
export function mailPage({ mail }: KeptMail): string {
  const text = escaped(mail.text ?? '').replace(
    /https?:\/\/[^\s<]+/g,
    (link) => `<a href="${link}" rel="noreferrer">${link}</a>`,
  )
  return page(
    escaped(mail.subject ?? ''),
    `<p><a href="/">Mailbox</a></p><p>${escaped(recipients(mail))}</p><pre>${text}</pre>`,
  )
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>body{font-family:sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;font-family:inherit}</style></head><body><h1>${title}</h1>${body}</body></html>`
}

function recipients({ to }: Email): string {
  return (to ?? []).map(({ address }) => address ?? '').join(', ')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
