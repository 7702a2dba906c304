import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Site } from './http/site.ts'

/**
 * The hub's settings, from the environment (in Azure: application settings; secrets as Key Vault references).
 * `STEG_STORE` is a storage connection string, or `sqlite:` and a file. `STEG_PUBLIC_URL` is the address of the hub in
 * browsers and mails, `STEG_PROXIES` how many front ends stand before it, `STEG_AUDIT_DAYS` how long the audit log is kept.
 * `STEG_MASTER_KEY` is one key, or several with commas or blanks between them, the current one first.
 */
const Environment = z.object({
  STEG_STORE: z.string().min(1),
  STEG_BUS: z.string().startsWith('Endpoint=sb://'),
  STEG_BUS_LISTEN_KEY: z.string().min(1),
  STEG_BUS_SEND_KEY: z.string().min(1),
  STEG_MASTER_KEY: z
    .string()
    .regex(
      /^\s*[A-Za-z0-9+/]{43}=(?:[\s,]+[A-Za-z0-9+/]{43}=)*\s*$/,
      'one or several times 32 bytes in base64',
    )
    .transform((text) => text.match(/[A-Za-z0-9+/]{43}=/g)?.map((key) => Buffer.from(key, 'base64')) ?? []),
  STEG_OPERATOR_TOKEN_HASH: z.string().length(43, 'SHA-256 in base64url'),
  STEG_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((text) => new URL(text).origin)
    .optional(),
  STEG_AUDIT_DAYS: z.coerce.number().int().min(1).max(3650).default(400),
  STEG_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  STEG_MAIL_FROM: z.string().min(3).optional(),
  STEG_ENTRA_CLIENT_ID: z.string().min(1).optional(),
  STEG_ENTRA_CLIENT_SECRET: z.string().min(1).optional(),
  STEG_ENTRA_AUTHORITY: z
    .url({ protocol: /^https$/ })
    .default('https://login.microsoftonline.com/organizations'),
  STEG_PROXIES: z.coerce.number().int().min(0).max(5).default(1),
})

export interface Settings {
  readonly store:
    | { readonly kind: 'sqlite'; readonly file: string }
    | { readonly kind: 'tables'; readonly connection: string }
  readonly busConnection: string
  /** Host and, on a laptop, port of the broker. */
  readonly broker: { readonly host: string; readonly port?: number; readonly tls: boolean }
  readonly listenKey: string
  readonly sendKey: string
  /** Of 32 bytes each. The first one is the current one; the others open what they have wrapped. */
  readonly masterKeys: readonly Uint8Array[]
  readonly operatorTokenHash: string
  readonly site: Site
  readonly auditDays: number
  /** Undefined where no mail can be sent. */
  readonly mail: { readonly url: string; readonly from: string } | undefined
  /** Undefined where nobody signs in with Microsoft. */
  readonly entra:
    | { readonly clientId: string; readonly clientSecret: string; readonly authority: string }
    | undefined
  readonly version: string
}

/** @throws Error that names every setting which is missing or wrong, without its value. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = Environment.safeParse(environment)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`the hub's settings are not complete: ${problems.join('; ')}`)
  }
  const env = parsed.data
  const endpoint = new URL(/Endpoint=(sb:\/\/[^;]+)/.exec(env.STEG_BUS)?.[1]?.replace(/^sb:/, 'https:') ?? '')
  return {
    store: env.STEG_STORE.startsWith('sqlite:')
      ? { kind: 'sqlite', file: env.STEG_STORE.slice('sqlite:'.length) }
      : { kind: 'tables', connection: env.STEG_STORE },
    busConnection: env.STEG_BUS,
    broker: {
      host: endpoint.hostname,
      ...(endpoint.port === '' ? {} : { port: Number(endpoint.port) }),
      tls: !/UseDevelopmentEmulator=true/i.test(env.STEG_BUS),
    },
    listenKey: env.STEG_BUS_LISTEN_KEY,
    sendKey: env.STEG_BUS_SEND_KEY,
    masterKeys: env.STEG_MASTER_KEY,
    operatorTokenHash: env.STEG_OPERATOR_TOKEN_HASH,
    auditDays: env.STEG_AUDIT_DAYS,
    site: { publicUrl: env.STEG_PUBLIC_URL, proxies: env.STEG_PROXIES },
    mail:
      env.STEG_SMTP_URL === undefined || env.STEG_MAIL_FROM === undefined
        ? undefined
        : { url: env.STEG_SMTP_URL, from: env.STEG_MAIL_FROM },
    entra:
      env.STEG_ENTRA_CLIENT_ID === undefined || env.STEG_ENTRA_CLIENT_SECRET === undefined
        ? undefined
        : {
            clientId: env.STEG_ENTRA_CLIENT_ID,
            clientSecret: env.STEG_ENTRA_CLIENT_SECRET,
            authority: env.STEG_ENTRA_AUTHORITY,
          },
    version: productVersion(),
  }
}

/** From package.json, which lies above the sources and above `dist/`. */
function productVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    const file = new URL(path, import.meta.url)
    try {
      return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  throw new Error('package.json was not found')
}
