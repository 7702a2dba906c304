/** What is ordered (A11), and until when. Days are those of Europe/Berlin, where the product is sold. */

export const articles = ['terminalConnection', 'mobileApp', 'accessControl'] as const
export type Article = (typeof articles)[number]

/** How the articles are called in offers and invoices. */
export const articleNames: Readonly<Record<Article, { readonly en: string; readonly de: string }>> = {
  terminalConnection: { en: 'Terminal connection', de: 'Terminalanbindung' },
  mobileApp: { en: 'Mobile app', de: 'Mobile App' },
  accessControl: { en: 'Access control', de: 'Zutrittskontrolle' },
}

export interface Order {
  readonly active: boolean
  /** The last day on which it counts, such as 2027-01-31. Absent: without end. */
  readonly validUntil?: string | undefined
}
export type Orders = Readonly<Record<Article, Order>>

export interface Licence {
  /** `trial`: the operator has not set anything yet. */
  readonly kind: 'trial' | 'ordered'
  readonly orders: Orders
}

/** `ended`: it was active, and its last day is over. */
export const articleStates = ['active', 'ended', 'inactive'] as const
export type ArticleState = (typeof articleStates)[number]

const TRIAL_DAYS = 30
const DAY_MS = 86_400_000

const berlin = new Intl.DateTimeFormat('en', {
  timeZone: 'Europe/Berlin',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

/** The day that calendars in Berlin show at a moment, such as 2027-01-31: the later day is the greater text. */
export function dayIn(ms: number): string {
  const part = Object.fromEntries(berlin.formatToParts(ms).map(({ type, value }) => [type, value]))
  return `${part.year}-${part.month}-${part.day}`
}

/** Everything, from the moment at which the tenant was created to the end of the thirtieth day after it. */
export function trialFrom(createdAt: number): Licence {
  const start = Date.parse(dayIn(createdAt))
  const order = { active: true, validUntil: new Date(start + TRIAL_DAYS * DAY_MS).toISOString().slice(0, 10) }
  return { kind: 'trial', orders: { terminalConnection: order, mobileApp: order, accessControl: order } }
}

export function stateOf({ active, validUntil }: Order, now: number): ArticleState {
  if (!active) return 'inactive'
  return validUntil === undefined || dayIn(now) <= validUntil ? 'active' : 'ended'
}
