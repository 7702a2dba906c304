export const systems = ['linux', 'windows'] as const
export type System = (typeof systems)[number]

/** Where the hub hands out the agent, and how the file is called then. */
export const AGENT_DOWNLOAD = '/api/v1/downloads/agent'
export const AGENT_FILE = 'steg-agent.mjs'

interface Place {
  readonly hub: string
  readonly token: string
}

/**
 * What to paste into a terminal on the machine next to Sage: enrols the agent and starts it. The token goes by the
 * environment, so that it is in no list of processes.
 */
export const commands: Readonly<Record<System, (place: Place) => string>> = {
  linux: ({ hub, token }) =>
    [
      `curl -fsSo ${AGENT_FILE} ${hub}${AGENT_DOWNLOAD}`,
      `STEG_TOKEN=${token} node ${AGENT_FILE} enrol --hub ${hub} --dir steg-agent --category sage`,
      `node ${AGENT_FILE} run --dir steg-agent`,
    ].join('\n'),
  windows: ({ hub, token }) =>
    [
      `curl.exe -fsSo ${AGENT_FILE} ${hub}${AGENT_DOWNLOAD}`,
      `$env:STEG_TOKEN='${token}'; node ${AGENT_FILE} enrol --hub ${hub} --dir steg-agent --category sage; $env:STEG_TOKEN=$null`,
      `node ${AGENT_FILE} run --dir steg-agent`,
    ].join('\n'),
}

/** The system at which the browser runs: the agent's machine often has the same one. */
export function likelySystem(): System {
  return /Windows/.test(navigator.userAgent) ? 'windows' : 'linux'
}
