import { setFlagsFromString } from 'node:v8'

/**
 * Loading the program leaves much garbage behind at once, for which V8 would make room that it does not give back while
 * the agent is idle. Called before anything is loaded, this keeps the young generation from growing meanwhile.
 */
export function startSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** The start is over. */
export function growAgain(): void {
  setFlagsFromString('--semi-space-growth-factor=2')
}
