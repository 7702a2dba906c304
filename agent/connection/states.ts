/** Whether the agent is connected, as shown to people. */
export type ConnectionState = 'starting' | 'connected' | 'disconnected' | 'revoked' | 'stopped'

/** `opened`: a line is in use; `failed`: none could be opened; `lost`: the one in use ended. */
export type ConnectionEvent = 'opened' | 'failed' | 'lost' | 'revoked' | 'stopped'

const final = (state: ConnectionState): Record<ConnectionEvent, ConnectionState> => ({
  opened: state,
  failed: state,
  lost: state,
  revoked: state,
  stopped: state,
})

export const transitions: Readonly<
  Record<ConnectionState, Readonly<Record<ConnectionEvent, ConnectionState>>>
> = {
  starting: {
    opened: 'connected',
    failed: 'disconnected',
    lost: 'disconnected',
    revoked: 'revoked',
    stopped: 'stopped',
  },
  connected: {
    opened: 'connected',
    // The next line could not be opened in advance; the one in use still works.
    failed: 'connected',
    lost: 'disconnected',
    revoked: 'revoked',
    stopped: 'stopped',
  },
  disconnected: {
    opened: 'connected',
    failed: 'disconnected',
    lost: 'disconnected',
    revoked: 'revoked',
    stopped: 'stopped',
  },
  revoked: final('revoked'),
  stopped: final('stopped'),
}
