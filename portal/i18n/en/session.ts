import type { session as leading } from '../de/session.ts'
import type { TextsLike } from '../shape.ts'

export const session: TextsLike<typeof leading> = {
  email: 'E-mail address',
  password: 'Password',
  signIn: { title: 'Sign in to Steg', do: 'Sign in' },
}
