import type { connectors as leading } from '../de/connectors.ts'
import type { TextsLike } from '../shape.ts'

export const connectors: TextsLike<typeof leading> = {
  title: 'Connectors',
  one: 'Connector',
  lead: 'An agent joins the machine next to Sage to Steg. It opens no port and needs outgoing connections on port 443 only.',
  none: 'No agent is enrolled yet. Install the first one on the machine next to Sage.',
  revoke: 'Revoke',
  seenNow: 'just now',
  seenNever: 'never',
  column: {
    name: 'Name',
    state: 'Status',
    host: 'Host',
    version: 'Version',
    category: 'Serves',
    lastSeen: 'Last seen',
    actions: 'Actions',
  },
  state: {
    connected: 'Connected',
    disconnected: 'Disconnected',
    never: 'Never connected',
    revoked: 'Revoked',
  },
  outdated: {
    state: 'Must be updated',
    do: 'This agent is too old for the hub. Download it again under “Add agent”, put it in the place of the old one and restart its service. It stays enrolled.',
  },
  category: { sage: 'Sage jobs', none: 'Only where assigned' },
  system: { linux: 'Linux', windows: 'Windows' },
  facts: { title: 'Details', created: 'Enrolled on' },
  day: {
    title: 'Last 24 hours',
    calls: 'Calls',
    errors: 'Of these failed',
    reconnects: 'New connections',
    waiting: 'Waiting now',
    unknown: 'not known',
  },
  revokeAgent: {
    title: 'Revoke {{name}}?',
    text: 'The agent loses its access at once and cannot come back. Jobs that need it fail until another agent is connected. A new agent can be enrolled at any time.',
  },
  tokens: {
    title: 'Open access tokens',
    created: 'Created',
    expires: 'Expires',
    revoke: {
      title: 'Revoke access token?',
      text: 'No agent can be enrolled with this token then. Agents that are enrolled already stay so.',
    },
  },
  add: {
    open: 'Add agent',
    title: 'Add agent',
    close: 'Close',
    download: {
      title: 'Download the agent',
      text: 'It is a single file. The machine next to Sage needs Node.js 22 or newer to run it. The command in step 3 downloads it as well.',
      do: 'Download agent',
    },
    token: {
      title: 'Access token',
      text: 'Exactly one agent enrols with the token. It is valid for seven days.',
      do: 'Create access token',
      once: 'The token is shown only now. It is valid for one agent, until',
    },
    command: {
      title: 'Command',
      text: 'Paste this command into a terminal on the machine next to Sage.',
    },
    wait: {
      title: 'Connection',
      text: 'Waiting for the agent …',
      enrolled: '{{name}} is enrolled and connecting …',
    },
    connected: {
      title: '{{name}} is connected.',
      text: 'Keep the terminal open for as long as the agent is to work.',
      go: 'Continue',
    },
  },
}
