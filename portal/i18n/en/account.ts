import type { account as leading } from '../de/account.ts'
import type { TextsLike } from '../shape.ts'

export const account: TextsLike<typeof leading> = {
  title: 'My account',
  operator: 'You are signed in as operator with the operator token. No user account belongs to it.',
  saved: 'Your details have been saved.',
  profile: {
    title: 'Personal details',
    firstName: 'First name',
    lastName: 'Last name',
    language: 'Language',
    languageHint: 'Of the portal and of e-mails to you.',
  },
  email: {
    title: 'E-mail address',
    label: 'E-mail address',
    hint: 'A new address counts as soon as you have opened the link in the e-mail to it. All other sessions then end.',
    password: 'Password to confirm',
    microsoft:
      'You have no password here. The address can be changed in the first five minutes after signing in with Microsoft.',
    do: 'Change address',
    waiting: 'An e-mail has been sent to {{email}}. Please open the link in it to confirm the address.',
  },
  password: {
    title: 'Password',
    current: 'Current password',
    next: 'New password',
    do: 'Change password',
    done: 'Your password has been changed. All other sessions have ended.',
    microsoft: 'You sign in with Microsoft and have no password here.',
    set: 'Set a password',
  },
  sessions: {
    title: 'Sessions',
    device: 'Device',
    current: 'this one',
    address: 'Address',
    since: 'Signed in on',
    seen: 'Last active',
    actions: 'Actions',
    end: 'End',
    endWhich: 'End: {{device}}',
  },
}
