import { setFlagsFromString } from 'node:v8'

/**
 * Loading the program leaves much garbage behind at once, for which V8 would make room that it does not give back while
 * the agent is idle. Called before anything is loaded, this keeps the young generation from growing meanwhile.
 */
export function startSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** Half of the young generation, in MB. */
const YOUNG_MB = 4
/** The first version of Node.js whose V8 can be told so. */
const YOUNG_SINCE = 24

/**
 * V8 waits for four times the young generation before it frees the buffers of bodies that have passed, 64 MB by itself.
 * It frees them sooner with this, and even faster: they are still in the processor's cache.
 */
export function freeBuffersSoon(nodeMajor: number): void {
  if (nodeMajor >= YOUNG_SINCE) setFlagsFromString(`--scavenger-max-new-space-capacity-mb=${YOUNG_MB}`)
}

/** The start is over. */
export function growAgain(): void {
  setFlagsFromString('--semi-space-growth-factor=2')
}
