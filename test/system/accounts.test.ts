import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPlatform, type TestPlatform, temporaryFolder } from './platform.ts'
import { apiOf, createTenant } from './tenant.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let platform: TestPlatform
beforeAll(async () => {
  folder = await temporaryFolder()
  platform = await startTestPlatform(folder.path, [])
})
afterAll(async () => {
  await platform?.program.end('SIGTERM')
  await folder?.remove()
})

/** The newest link of a kind in the mailbox's page, as a person would click it. */
async function linkTo(email: string, page: string): Promise<string> {
  const mailbox = String(platform.program.lines.find(({ event }) => event === 'ready')?.mailbox)
  const textOf = async (path: string) => (await fetch(`${mailbox}${path}`)).text()
  const ids = [...(await textOf('/')).matchAll(/<li><a href="(\/[^"]+)">.*?<\/li>/g)]
  for (const [row, path = ''] of ids) {
    const token = row.includes(email) && new RegExp(`/${page}/([\\w-]+)`).exec(await textOf(path))?.[1]
    if (token) return token
  }
  throw new Error(`no mail to ${email}`)
}

/** A browser: cookies, our own Origin, and the CSRF token of its session. */
function browser() {
  let cookies: string[] = []
  let csrf = ''
  return async (method: string, path: string, body?: unknown) => {
    const headers = { cookie: cookies.join('; '), origin: platform.url, 'x-steg-csrf': csrf }
    const response = await fetch(`${platform.url}/api/v1${path}`, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const set = response.headers.getSetCookie()
    for (const cookie of set) expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/)
    if (set.length > 0) cookies = set.map((cookie) => cookie.split(';')[0] ?? '')
    const text = await response.text()
    const answer = text === '' ? undefined : JSON.parse(text)
    csrf = answer?.csrfToken ?? csrf
    return { status: response.status, body: answer }
  }
}

it('invite → mail → register → sign in → forget → reset → all sessions ended (A9)', async () => {
  const email = 'gabi@andere.example'
  const tenant = await createTenant(platform)
  const invited = await tenant.api('POST', '/users', { email, roles: ['admin'] })
  expect(invited).toMatchObject({ status: 201, body: { mail: 'sent' } })
  const here = browser()
  const names = { firstName: 'Gabi', lastName: 'Gehalt' }
  const password = 'Kran zwölf Lampion Heu'
  const token = await linkTo(email, 'invitation')
  expect((await here('POST', `/invitations/${token}`, { ...names, password })).status).toBe(200)
  expect((await here('GET', '/users')).body.items).toMatchObject([{ email, state: 'active' }])
  const there = browser()
  expect((await there('POST', '/session', { email, password })).status).toBe(200)
  expect((await there('GET', '/sessions')).body.items).toMatchObject([{ address: '127.0.0.1' }, {}])

  expect((await browser()('POST', '/password-resets', { email })).status).toBe(202)
  const reset = await linkTo(email, 'password-reset')
  const fresh = browser()
  const changed = await fresh('POST', `/password-resets/${reset}`, { password: 'Segel Beton Mokka Fähre' })
  expect(changed.body).toMatchObject({ signedIn: true })
  expect((await here('GET', '/users')).status).toBe(401)
  expect((await there('GET', '/users')).status).toBe(401)
  expect((await fresh('GET', '/users')).status).toBe(200)
})

it('the demo has an admin whose sign-in is told', async () => {
  const demo = await platform.program.line('demo')
  const answer = await browser()('POST', '/session', { email: demo.email, password: demo.password })
  expect(answer.body).toMatchObject({ signedIn: true, tenant: { id: demo.tenantId, name: 'Muster GmbH' } })
  expect((await apiOf(platform.url, String(demo.tenantToken))('GET', '/users')).body.total).toBe(1)
})
