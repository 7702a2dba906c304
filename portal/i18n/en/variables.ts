import type { variables as leading } from '../de/variables.ts'
import type { TextsLike } from '../shape.ts'

export const variables: TextsLike<typeof leading> = {
  title: 'Variables',
  lead: 'With these values Steg reaches your Sage server. Confidential values are stored encrypted and never shown again.',
  changed: 'Changed on',
  clear: 'Remove value',
  confidential: 'confidential',
  editWhat: 'Change {{what}}',
  newValue: 'New value',
  notSet: 'No value yet',
  saved: '{{what}} has been saved.',
  known: {
    baseUrl: {
      title: 'Address of the Sage server',
      hint: 'As the machine with the agent reaches it, for example https://sage.company.local/hrportalapi',
    },
    username: { title: 'User name', hint: 'The user with whom Steg signs in to Sage.' },
    password: { title: 'Password', hint: "This user's password at Sage." },
    database: {
      title: 'Sage database',
      hint: 'Only needed when the Sage server has several databases.',
    },
  },
  database: {
    loading: 'Reading the databases from Sage …',
    choose: 'Please choose',
    byHand: 'The databases could not be read. The key can be entered here.',
  },
  check: {
    title: 'Connection to Sage',
    text: 'The check goes the whole way to Sage with the saved values and shows where it ends. It changes nothing.',
    do: 'Check connection',
    running: 'Checking …',
    good: 'Sage can be reached.',
    bad: 'Sage cannot be reached like this.',
    people_one: 'Sage lists one person.',
    people_other: 'Sage lists {{number}} people.',
    state: { ok: 'good', failed: 'failed', skipped: 'not checked' },
    step: {
      variables: 'Values are set',
      agent: 'Agent is connected',
      address: 'Agent may call the address',
      host: 'Host name is known',
      connection: 'Server accepts the connection',
      tls: 'Encryption and certificate',
      sage: 'Sage answers',
      database: 'Database is chosen',
      'sign-in': 'Sign-in to Sage',
      people: 'People can be read',
    },
  },
}
