import { z } from 'zod'

/** A cookie as the library hands it over when bodies are buffered. */
export const cookieSchema = z.object({
  name: z.string(),
  value: z.string(),
  domain: z.object({ value: z.string() }).nullish(),
  path: z.object({ value: z.string() }).nullish(),
  expires: z.object({ value: z.object({ seconds: z.number() }) }).nullish(),
  secure: z.object({ value: z.boolean() }).nullish(),
  httpOnly: z.object({ value: z.boolean() }).nullish(),
  maxAge: z.object({ value: z.number() }).nullish(),
  sameSite: z.enum(['none', 'lax', 'strict', 'explicitNone']).nullish(),
})

const sameSiteText = { none: undefined, lax: 'Lax', strict: 'Strict', explicitNone: 'None' } as const

/** The value of a Set-Cookie header (RFC 6265, 4.1). */
export function serializeCookie(cookie: z.infer<typeof cookieSchema>): string {
  const sameSite = cookie.sameSite && sameSiteText[cookie.sameSite]
  return [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    cookie.domain && `Domain=${cookie.domain.value}`,
    cookie.path && `Path=${cookie.path.value}`,
    cookie.expires && `Expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`,
    cookie.maxAge && `Max-Age=${Math.floor(cookie.maxAge.value)}`,
    cookie.secure?.value && 'Secure',
    cookie.httpOnly?.value && 'HttpOnly',
    sameSite && `SameSite=${sameSite}`,
  ]
    .filter(Boolean)
    .join('; ')
}
