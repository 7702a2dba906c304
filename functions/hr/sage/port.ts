import { z } from 'zod'
import type { Listing } from '../../sync/mirror/rules/listing.ts'
import type { SagePerson } from '../rules/sage-data.ts'
import type { SageProfile } from './profile.ts'

/** Calls to one Sage server at the same time: enough to hide the way there and back, few enough for its web server. */
export const SAGE_CALLS_AT_ONCE = 8

/** Sage of one tenant, for the length of one job or request: what bookings, absences and lists see of it. */
export interface SageConnection {
  /** The agents that make its calls. */
  readonly agentName: string
  /** Its paths and names at this installation. */
  readonly profile: SageProfile
  readonly session: SageSession
  readonly lists: SageLists
  /** By external token. */
  people(): Promise<Listing<SagePerson>>
  clock(): Promise<SageClock>
  databases(): Promise<readonly SageDatabase[]>
}

export interface SageSession {
  /** Reads; repeated when Sage is busy or a connection breaks, and after one new sign-in when the session expired. */
  get(
    path: string,
    query?: Readonly<Record<string, string>>,
    /** Milliseconds for one attempt, where waiting for long is of no use. */
    timeout?: number,
  ): Promise<unknown>
  /** Reads what is not JSON and needs no sign-in. */
  getText(path: string): Promise<string>
  /** Signs in unless that was done; before `postOnce`, so that nothing delays it. */
  ready(): Promise<void>
  /**
   * Sends one request, once: never repeated, here or on its way, and never executed after `notAfter` (milliseconds since
   * the epoch). What the answer means is the caller's to judge. A lost session is renewed by the next call.
   * @throws StegError of the relay; most leave open whether the request took effect
   */
  postOnce(path: string, body: unknown, notAfter: number): Promise<OnceAnswer>
}

/** Sage's answer as it is. */
export interface OnceAnswer {
  readonly status: number
  readonly html: boolean
  /** The body where it is JSON, undefined where it is not. */
  readonly value: unknown
}

export interface SageLists {
  /** A whole list of which every row counts. @throws StegError as `readWholeList` */
  whole<Row>(path: string, reading: WholeReading<Row>): Promise<readonly Row[]>
  /** A whole list in which rows of another form are left out and named. @throws StegError as `readListing` */
  rows<Shape extends z.ZodRawShape, Item>(path: string, form: RowForm<Shape, Item>): Promise<Listing<Item>>
}

export interface WholeReading<Row> {
  readonly keyOf: (row: Row) => string
  readonly parse: (row: unknown) => Row
  /** What is asked for, beside the page. */
  readonly query?: Readonly<Record<string, string>>
  /** Milliseconds for one attempt at a page. */
  readonly timeout?: number
}

/** What the Sage server's clock shows, against the hub's. */
export interface SageClock {
  /** Minutes that the server's local time is ahead of UTC now, to the quarter hour. */
  readonly offsetMinutes: number
  /** Milliseconds by which the server's clock is wrong, positive when it is fast. */
  readonly driftMs: number
}

/** A database that the Sage server offers (A10). */
export interface SageDatabase {
  readonly key: string
  readonly name: string
  readonly database: string
}

/** Longest text that is taken from Sage, in characters: what is longer is no name of anything. */
const MAX_TEXT = 1_000

/** Text, without spaces around it; the store takes no half characters. */
export const Text = z.string().transform(usable)
/** One check for all: thousands of these are read at a time. */
export const OptionalText = z
  .string()
  .nullish()
  .transform((text, issues) => (text ? usable(text, issues) || undefined : undefined))

function usable(text: string, issues: z.RefinementCtx): string {
  const trimmed = text.trim()
  if (trimmed.length > MAX_TEXT) issues.addIssue('too long')
  else if (!trimmed.isWellFormed()) issues.addIssue('half a character')
  return trimmed
}

export type Raw = Readonly<Record<string, unknown>>

/** How rows of one of Sage's lists are understood. */
export interface RowForm<Shape extends z.ZodRawShape, Item> {
  /** The hub's names of the fields, and the profile's paths to them. */
  readonly names: Readonly<Record<string, string>>
  readonly schema: z.ZodObject<Shape>
  /** What Sage knows the row by, from the fields as they came; undefined when there is no such thing. */
  keyOf(raw: Raw): string | undefined
  /** The field that is named when there is no key. */
  readonly keyField: string
  toItem(fields: z.output<z.ZodObject<Shape>>): Item
  /** What people call it. */
  nameOf(known: Partial<Item>): string | undefined
  /** Sage hands it out whole instead of in pages. */
  readonly unpaged?: boolean
}
