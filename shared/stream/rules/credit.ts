/** How a body is sent: never more chunks than the receiver has granted. */
export type SendingState = 'sending' | 'waiting' | 'ended' | 'stopped'

/** `exhausted`: all that was granted is sent. `last`: the chunk with the end of the body is sent. */
export type SendingEvent = 'granted' | 'exhausted' | 'last' | 'stop'

export const sendingTransitions: Readonly<
  Record<SendingState, Readonly<Record<SendingEvent, SendingState>>>
> = {
  sending: { granted: 'sending', exhausted: 'waiting', last: 'ended', stop: 'stopped' },
  // What was sent before the credit ran out may have been the last one.
  waiting: { granted: 'sending', exhausted: 'waiting', last: 'ended', stop: 'stopped' },
  ended: { granted: 'ended', exhausted: 'ended', last: 'ended', stop: 'ended' },
  stopped: { granted: 'stopped', exhausted: 'stopped', last: 'stopped', stop: 'stopped' },
}

export interface Sending {
  readonly state: SendingState
  /** Chunks since the beginning of the body, both. */
  readonly sent: number
  readonly granted: number
}

export function beginSending(granted: number): Sending {
  return { state: granted > 0 ? 'sending' : 'waiting', sent: 0, granted }
}

/** `total` counts from the beginning; an old or repeated grant changes nothing. */
export function grant(now: Sending, total: number): Sending {
  if (total <= now.granted) return now
  return { ...now, granted: total, state: sendingTransitions[now.state].granted }
}

/** The next chunk has gone out; only while the state is `sending`. */
export function sentOne(now: Sending, last: boolean): Sending {
  const sent = now.sent + 1
  const after = last ? 'last' : sent >= now.granted ? 'exhausted' : undefined
  return { ...now, sent, state: after === undefined ? now.state : sendingTransitions[now.state][after] }
}

export function stopSending(now: Sending): Sending {
  return { ...now, state: sendingTransitions[now.state].stop }
}
