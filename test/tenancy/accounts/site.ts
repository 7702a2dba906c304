import { auditEndpoints } from '../../../functions/audit/endpoints.ts'
import { createAuditService } from '../../../functions/audit/service.ts'
import type { Endpoint } from '../../../functions/http/endpoint.ts'
import { httpHandler } from '../../../functions/http/handler.ts'
import type { Authentication } from '../../../functions/http/principal.ts'
import type { Mail, MailSender } from '../../../functions/platform/mail/port.ts'
import type { OpenIdProvider } from '../../../functions/platform/openid/port.ts'
import { createArgon2Passwords } from '../../../functions/platform/passwords/argon2.ts'
import { createKeyRing } from '../../../functions/platform/secrets/key-ring.ts'
import { createVault } from '../../../functions/platform/secrets/vault.ts'
import type { Store } from '../../../functions/platform/store/port.ts'
import { openSqliteStore } from '../../../functions/platform/store/sqlite.ts'
import { accountEndpoints } from '../../../functions/tenancy/accounts/account-endpoints.ts'
import { createAccountsService } from '../../../functions/tenancy/accounts/service.ts'
import { sessionEndpoints } from '../../../functions/tenancy/accounts/session-endpoints.ts'
import { userEndpoints } from '../../../functions/tenancy/accounts/user-endpoints.ts'
import { apiTokenEndpoints } from '../../../functions/tenancy/api-token-endpoints.ts'
import { createApiTokens } from '../../../functions/tenancy/api-tokens.ts'
import { tenancyEndpoints } from '../../../functions/tenancy/endpoints.ts'
import { hashSecret } from '../../../functions/tenancy/secret-hash.ts'
import { createTenancyService } from '../../../functions/tenancy/service.ts'
import { StegError } from '../../../shared/errors/error.ts'
import { silentLogger } from '../../../shared/log.ts'
import { systemRandom } from '../../../shared/random.ts'
import { instantClock } from '../../clock.ts'
import { fakeContext, fakeRequest } from '../../http/request.ts'

export const OPERATOR_TOKEN = 'operator-token'
const PUBLIC_URL = 'https://steg.example'
export const PASSWORD = 'Kran zwölf Lampion Heu'

/** Cheap enough for many sign-ins; the real cost is tested with the adapter. */
const passwords = createArgon2Passwords({ memoryKib: 64, passes: 2 })

/** Mails that have arrived; fails while `broken`. */
function memoryMail(): MailSender & { readonly mails: Mail[]; broken: boolean } {
  const mails: Mail[] = []
  return {
    mails,
    broken: false,
    async send(mail) {
      if (this.broken) throw new StegError('mail-failed', { reason: 'broken' })
      mails.push(mail)
    },
    close: () => undefined,
  }
}

/** The only group that there is. */
async function checkGroups(_: string, groups: readonly string[]): Promise<void> {
  for (const group of groups) if (group !== 'Lager') throw new StegError('group-unknown', { group })
}

/** The token in the last mail to an address. */
export function linkIn(mails: readonly Mail[], to: string, page = 'invitation'): string {
  const mail = mails.findLast((one) => one.to === to && one.text.includes(`/${page}/`))
  const token = new RegExp(`${PUBLIC_URL}/${page}/(\\S+)`).exec(mail?.text ?? '')?.[1]
  if (token === undefined) throw new Error(`no mail with /${page}/ to ${to}`)
  return token
}

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers freely and assert what they expect
  readonly body: any
  readonly headers: Headers
}

/** Accounts with a store in memory, a clock that the test moves and a mailbox; asked over the real endpoints. */
export function accountsSite(options: { store?: Store; microsoft?: OpenIdProvider } = {}) {
  const memory = openSqliteStore({ file: ':memory:' })
  const clock = instantClock(Date.parse('2026-11-25T08:00:00Z'))
  const mail = memoryMail()
  const hub = (store: Store = options.store ?? memory, operatorToken = OPERATOR_TOKEN) =>
    hubOn(store, hashSecret(operatorToken))

  function hubOn(store: Store, operatorTokenHash: string) {
    const tokens = createApiTokens({ store, clock, random: systemRandom, log: silentLogger, checkGroups })
    const tenancy = createTenancyService({
      store,
      vault: createVault(createKeyRing([new Uint8Array(32)], systemRandom), systemRandom),
      clock,
      random: systemRandom,
      tokens,
      operatorTokenHash,
    })
    const audit = createAuditService({
      store,
      clock,
      random: systemRandom,
      log: silentLogger,
      retentionDays: 400,
    })
    const accounts = createAccountsService({
      audit,
      store,
      clock,
      random: systemRandom,
      log: silentLogger,
      passwords,
      mail,
      microsoft: options.microsoft,
      browserKeys: [new Uint8Array(32).fill(7)],
      publicUrl: PUBLIC_URL,
      isOperatorToken: tenancy.isOperatorToken,
      operatorTokenHash,
      tenantName: tenancy.nameOf,
      checkGroups,
    })
    const endpoints: readonly Endpoint[] = [
      ...tenancyEndpoints(tenancy, accounts),
      ...sessionEndpoints(accounts, { tenantName: tenancy.nameOf, publicUrl: PUBLIC_URL }),
      ...accountEndpoints(accounts, tenancy.nameOf),
      ...userEndpoints(accounts),
      ...apiTokenEndpoints(tokens),
      ...auditEndpoints(audit),
    ]
    const authentication: Authentication = { byToken: tenancy.authenticate, bySession: accounts.signedIn }
    return { tenancy, tokens, accounts, endpoints, authentication, audit }
  }

  const main = hub()

  /** A program with a token. */
  const program = (token: string) => (method: string, path: string, body?: unknown) =>
    ask(main, method, path, body, { authorization: `Bearer ${token}` })

  /** A browser: keeps cookies and sends the CSRF token that it was told last. */
  function browser(
    address = '203.0.113.7',
    on: Pick<typeof main, 'endpoints' | 'authentication' | 'audit'> = main,
  ) {
    const jar = new Map<string, string>()
    let csrf = ''
    return {
      jar,
      async ask(
        method: string,
        path: string,
        body?: unknown,
        extra: Record<string, string> = {},
      ): Promise<Answer> {
        const answer = await ask(on, method, path, body, {
          'x-forwarded-for': `10.9.9.9, ${address}:4711`,
          'user-agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0',
          origin: PUBLIC_URL,
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
          'x-steg-csrf': csrf,
          ...extra,
        })
        for (const { name, value, maxAge } of answer.cookies) {
          if (maxAge === 0) jar.delete(name)
          else jar.set(name, value)
        }
        csrf = answer.body?.csrfToken ?? csrf
        return answer
      },
    }
  }

  return { clock, mail, store: memory, hub, ...main, program, browser, close: () => memory.close() }
}

type Asked = Answer & { readonly cookies: readonly { name: string; value: string; maxAge?: number }[] }

async function ask(
  {
    endpoints,
    authentication,
    audit,
  }: Pick<ReturnType<ReturnType<typeof accountsSite>['hub']>, 'endpoints' | 'authentication' | 'audit'>,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Asked> {
  const [pathname = ''] = path.split('?')
  for (const endpoint of endpoints) {
    const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
    const match = new RegExp(`^${endpoint.path.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(pathname)
    if (endpoint.method !== method || match === null) continue
    const request = fakeRequest({
      method,
      path,
      params: Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ''])),
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const context = fakeContext()
    const handler = httpHandler(endpoint, authentication, { publicUrl: PUBLIC_URL, proxies: 1 }, audit)
    const answer = (await handler(request, context)) as {
      status: number
      body?: string
      headers: Record<string, string>
      cookies?: Asked['cookies']
    }
    if (answer.status === 500) throw new Error('internal error', { cause: context.errors[0]?.[1] })
    return {
      status: answer.status,
      body: answer.body === undefined ? undefined : JSON.parse(answer.body),
      headers: new Headers(answer.headers),
      cookies: answer.cookies ?? [],
    }
  }
  throw new Error(`no endpoint ${method} ${path}`)
}

export type Site = ReturnType<typeof accountsSite>

/** A tenant with its token, and its first admin invited. */
export async function tenantWithAdmin(site: Site, name = 'Muster GmbH', email = 'admin@muster.example') {
  const { body } = await site.program(OPERATOR_TOKEN)('POST', '/tenants', {
    name,
    admin: email,
    language: 'de',
  })
  return { id: String(body.id), adminId: String(body.admin.id), email, api: site.program(body.apiToken) }
}

/** Registers whoever was invited at an address. @returns their browser, signed in */
export async function registered(
  site: Site,
  email: string,
  names = { firstName: 'Gabi', lastName: 'Gehalt' },
) {
  const browser = site.browser()
  const token = linkIn(site.mail.mails, email)
  const answer = await browser.ask('POST', `/invitations/${token}`, { ...names, password: PASSWORD })
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return browser
}
