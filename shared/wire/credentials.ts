import { z } from 'zod'

const Login = z.string().min(1).max(512)
const Password = z.string().min(1).max(1024)
/** Name of a secret that is kept on the agent's machine. */
export const SecretName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)

const BasicAuth = z.object({ kind: z.literal('basic'), login: Login, password: Password })
/** The domain may also stand in the login: `DOMAIN\\user` or `user@domain`. */
const NtlmAuth = z.object({
  kind: z.literal('ntlm'),
  login: Login,
  password: Password,
  domain: z.string().max(255).optional(),
})

/** What the agent signs in with: what it is given, or what it keeps. */
export const Credential = z.discriminatedUnion('kind', [BasicAuth, NtlmAuth])
export type Credential = z.infer<typeof Credential>

/**
 * How a call signs in at its target. It travels inside the sealed head, beside the header fields. `on-site` names a
 * secret that never leaves the customer's machine.
 */
export const Auth = z.discriminatedUnion('kind', [
  BasicAuth,
  NtlmAuth,
  z.object({ kind: z.literal('on-site'), name: SecretName }),
])
export type Auth = z.infer<typeof Auth>
