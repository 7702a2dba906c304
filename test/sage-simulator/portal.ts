import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type SageSimulator, startSageSimulator } from '../../infra/local/sage/simulator.ts'

type Options = NonNullable<Parameters<typeof startSageSimulator>[0]>
export type Send = (method: string, path: string, extra?: Extra) => Promise<Response>

interface Extra {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const user = { username: 'StegConnector', password: 'Grüne Brücke 7' } as const

/** A simulator that ends with the test. */
export async function started(options: Options = {}): Promise<SageSimulator> {
  const simulator = await startSageSimulator({ users: [user], ...options })
  onTestFinished(() => simulator.close())
  return simulator
}

/** Sends to the API as it is told to: a body becomes JSON unless it is a string. */
export function sender(url: string, headers: Readonly<Record<string, string>> = {}): Send {
  return (method, path, { body, headers: more } = {}) =>
    fetch(`${url}/${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers, ...more },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
}

export const credentials = {
  Username: user.username,
  Password: user.password,
  NtAuthorization: false,
} as const

/** Signs in and returns the cookie; without `calculate` the rights are left out. */
export async function cookieOf(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  calculate = true,
): Promise<string> {
  const answer = await sender(url, headers)('POST', 'Authorization', { body: credentials })
  if (answer.status !== 204) throw new Error(`sign-in answered ${answer.status}: ${await answer.text()}`)
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  if (calculate) await sender(url, { ...headers, Cookie: cookie })('POST', 'Security/Calculate')
  return cookie
}

/** A sender with a session that may do everything. */
export async function signedIn(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Send> {
  return sender(url, { ...headers, Cookie: await cookieOf(url, headers) })
}

export const booking = { MdNr: 1, AnNr: 1, Time: '2026-03-02T08:00:00', Type: 'Come' } as const
export const absence = {
  MdNr: 1,
  AnNr: 1,
  ReasonId: 1,
  From: '2026-07-01T00:00:00',
  To: '2026-07-10T00:00:00',
  HalfDay: false,
  Comment: 'Sommer',
} as const
export const person = 'MdNr=1&AnNr=1&from=2026-01-01T00:00:00&to=2026-12-31T23:59:59'

const list = z.strictObject({ Results: z.array(z.record(z.string(), z.unknown())), Total: z.int() })
const created = z.strictObject({ Id: z.int() })

export async function readList(answer: Response): Promise<z.output<typeof list>> {
  return list.parse(await answer.json())
}

export async function readId(answer: Response): Promise<number> {
  return created.parse(await answer.json()).Id
}

/** Query of one page of a list. */
export function pageQuery(skip: number, take: number): string {
  return `options[Skip]=${skip}&options[Take]=${take}`
}

/** All CombinedKeys of Employee/Employees, read page by page until a page brings nothing new. */
export async function readKeys(send: Send, take = 500): Promise<string[]> {
  const keys: string[] = []
  for (;;) {
    const { Results, Total } = await readList(
      await send('GET', `Employee/Employees?${pageQuery(keys.length, take)}`),
    )
    keys.push(
      ...Results.map(
        ({ EmployeeKey }) => z.object({ CombinedKey: z.string() }).parse(EmployeeKey).CombinedKey,
      ),
    )
    if (Results.length === 0 || keys.length >= Total) return keys
  }
}
