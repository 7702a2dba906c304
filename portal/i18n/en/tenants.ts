import type { tenants as leading } from '../de/tenants.ts'
import type { TextsLike } from '../shape.ts'

export const tenants: TextsLike<typeof leading> = {
  title: 'Tenants',
  lead: 'Each tenant is a company with data, users and agents of its own.',
  create: 'Create a tenant',
  none: 'There is no tenant yet.',
  name: 'Name of the company',
  id: 'Id',
  createdAt: 'Created',
  actions: 'Actions',
  admin: 'E-mail address of the first admin',
  adminHint: 'Gets an invitation with a link that is good for seven days.',
  language: 'Language of the invitation',
  do: 'Create',
  createdTitle: '"{{name}}" is created',
  createdText:
    'The invitation to {{email}} is on its way. With the link in it the admin sets the account up and begins.',
  mailFailed:
    'The invitation to {{email}} could not be delivered. Check the mail server and invite the admin again.',
  token: 'API token of the tenant',
  tokenText:
    'For programs that set the tenant up. It carries all admin roles and is shown only now; whoever does not need it can revoke it in the portal.',
  close: 'Done',
  invite: 'Invite an admin',
  inviteThis: 'Invite an admin for {{name}}',
  inviteTitle: 'Invite an admin for "{{name}}"',
  email: 'E-mail address',
  send: 'Send the invitation',
  invited: 'The invitation to {{email}} is on its way.',
  database: {
    open: 'Choice of database',
    openThis: 'Unlock the choice of database for {{name}}',
    title: 'Unlock the choice of database for "{{name}}"?',
    text: "Only needed when the tenant's Sage server has several databases. The tenant then chooses one of them under Variables.",
    do: 'Unlock',
    done: '{{name}} can choose the database now.',
  },
  licence: {
    open: 'Licence',
    openThis: 'Licence of {{name}}',
    title: 'Licence of "{{name}}"',
    trial:
      'The tenant is still trying out all articles until the days shown. Once you save, what stands here counts.',
    until: '{{article}} valid until',
    untilHint: 'The last day. Empty: without end.',
    saved: 'The licence of {{name}} is saved and counts everywhere within a minute.',
  },
}
