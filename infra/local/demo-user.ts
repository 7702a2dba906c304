import { z } from 'zod'
import { type Api, createApi } from './api.ts'
import type { Mailbox } from './mailbox/mailbox.ts'

export const DEMO_EMAIL = 'admin@muster.example'
const User = z.object({ id: z.string(), state: z.string() })

/** The demo's admin: invited and registered as everybody is, by the link in the mail. */
export async function makeDemoUser(
  hubUrl: string,
  api: Api,
  mailbox: Mailbox,
  password: string,
): Promise<void> {
  const { items } = await api.get(`/users?search=${DEMO_EMAIL}`, z.object({ items: z.array(User) }))
  const [user] = items
  if (user?.state === 'active' || user?.state === 'locked') return
  if (user === undefined) await api.post('/users', { email: DEMO_EMAIL, roles: ['admin'] }, User)
  else await api.post(`/users/${user.id}/invitation`, undefined, User)
  const mail = (await mailbox.list()).find(({ mail: { to } }) =>
    to?.some(({ address }) => address === DEMO_EMAIL),
  )
  const token = /\/invitation\/(\S+)/.exec(mail?.mail.text ?? '')?.[1]
  if (token === undefined) throw new Error(`the invitation of ${DEMO_EMAIL} did not arrive in the mailbox`)
  const body = { firstName: 'Anna', lastName: 'Admin', password }
  await createApi(hubUrl).post(`/invitations/${token}`, body, z.object({ signedIn: z.literal(true) }))
}
