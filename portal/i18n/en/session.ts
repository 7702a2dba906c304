import type { session as leading } from '../de/session.ts'
import type { TextsLike } from '../shape.ts'

export const session: TextsLike<typeof leading> = {
  email: 'E-mail address',
  firstName: 'First name',
  lastName: 'Last name',
  password: 'Password',
  toPortal: 'To the portal',
  toSignIn: 'To sign-in',
  signIn: { title: 'Sign in to Steg', do: 'Sign in', or: 'or' },
  operator: {
    choose: 'Sign in as operator',
    back: 'Sign in with e-mail address',
    lead: 'For whoever operates this hub. The token is in the settings of the hub.',
    token: 'Operator token',
  },
  microsoft: {
    do: 'Sign in with Microsoft',
    failed: 'Sign-in failed',
    again: 'Please try again.',
  },
  forgotten: {
    link: 'Forgotten password?',
    title: 'Forgotten password',
    lead: 'You get an e-mail with a link by which you set a new password.',
    do: 'Request link',
    sent: 'If there is an account for this address, the e-mail is on its way. Please look into the spam folder, too.',
  },
  reset: {
    title: 'New password',
    lead: 'You are signed in afterwards. All other sessions end.',
    password: 'New password',
    do: 'Set password',
    newLink: 'Request a new link',
  },
  register: {
    title: 'Welcome to Steg',
    lead: 'You have been invited to {{tenant}}. Set your name and a password.',
    do: 'Create account',
  },
  confirm: {
    title: 'Confirm e-mail address',
    lead: 'With the confirmation this becomes the address of your account.',
    do: 'Confirm address',
    done: 'The address {{email}} is confirmed. From now on you sign in with it.',
  },
  restore: {
    title: 'Take back the change of address',
    lead: 'Your former address then counts again. All sessions are ended, and you choose a new password.',
    do: 'Take the change back',
    locked: 'The address {{email}} counts again. The account is locked; please ask your admin.',
  },
}
