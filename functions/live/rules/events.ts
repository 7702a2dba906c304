/** Server-sent events as text (WHATWG HTML, 9.2). */

/** What the other side has already: a fingerprint of each value that was sent, and the place in a run's log. */
export type Marks = Readonly<Record<string, string>>

const fingerprint = /^[A-Za-z0-9_-]{1,32}$/
const place = /^[0-9]{1,9}-[0-9]{8}\.[0-9]{1,3}$/

/** One event with the marks as its id, so that a browser that connects again says where it was. */
export function eventText(event: string, data: unknown, marks: Marks): string {
  return eventOfJson(event, JSON.stringify(data), marks)
}

/** The same for data that is JSON already: it has no line breaks outside of strings, and escapes those inside. */
export function eventOfJson(event: string, json: string, marks: Marks): string {
  return `event: ${event}\nid: ${idOf(marks)}\ndata: ${json}\n\n`
}

/** Keeps proxies from closing a connection on which nothing happens. */
export const heartbeat = ':\n\n'

/** Milliseconds that a browser waits before it connects again. */
export function retryText(milliseconds: number): string {
  return `retry: ${milliseconds}\n\n`
}

export function idOf(marks: Marks): string {
  return Object.entries(marks)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** The marks of a `Last-Event-ID`; whatever is not of their form is left out, and then sent again. */
export function marksOf(id: string): Marks {
  const found: Record<string, string> = {}
  for (const part of id.slice(0, 1_000).split('&')) {
    const [name = '', value = ''] = part.split('=', 2)
    const form = name === 'log' ? place : fingerprint
    if (/^[a-z][a-z-]{1,19}$/.test(name) && form.test(value)) found[name] = value
  }
  return found
}
