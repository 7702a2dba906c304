/** How it stands with the credentials of an account. */
export const states = [
  /** Nothing is stored. */
  'empty',
  'ok',
  /** As ok, but a secret ends within 60 days. */
  'secret-expiring',
  /** Refused, but not yet so often that it is stopped. */
  'refused',
  /** Stopped after too many refusals, until the credentials change or an admin lets it go on. */
  'locked',
  /** Somebody must permit it at the other system. */
  'consent-missing',
  /** A token or secret has ended or was revoked: somebody must sign in again. */
  'expired',
] as const
export type State = (typeof states)[number]

export const events = [
  'signed-in',
  /** The other system says that the credentials are wrong. That it is down or throttles is no refusal. */
  'refused',
  /** As refused, and it was the last one that is allowed. */
  'refused-finally',
  'consent-needed',
  /** A token was revoked, or a token, password or secret has ended. */
  'ended',
  'secret-expiring',
  /** The date was moved, the secret itself stays. */
  'secret-extended',
  'changed',
  'cleared',
  'unlocked',
  'switched-off',
  'switched-on',
] as const
export type Event = (typeof events)[number]

interface Transition {
  readonly to: State
  readonly refusals: 'keep' | 'raise' | 'reset'
  /** The admins hear of it. */
  readonly tell: boolean
  readonly enabled?: boolean
}

const keep = (to: State): Transition => ({ to, refusals: 'keep', tell: false })
const reset = (to: State): Transition => ({ to, refusals: 'reset', tell: false })
const raise = (to: State): Transition => ({ to, refusals: 'raise', tell: false })
const tell = (to: State): Transition => ({ to, refusals: 'keep', tell: true })
const lock: Transition = { to: 'locked', refusals: 'raise', tell: true }

/** The same in every state. */
const always = (state: State) =>
  ({
    changed: reset('ok'),
    cleared: reset('empty'),
    'switched-off': { ...keep(state), enabled: false },
    'switched-on': { ...keep(state), enabled: true },
  }) as const

export const transitions: Readonly<Record<State, Readonly<Record<Event, Transition>>>> = {
  empty: {
    ...always('empty'),
    'signed-in': keep('empty'),
    refused: keep('empty'),
    'refused-finally': keep('empty'),
    'consent-needed': keep('empty'),
    ended: keep('empty'),
    'secret-expiring': keep('empty'),
    'secret-extended': keep('empty'),
    unlocked: keep('empty'),
  },
  ok: {
    ...always('ok'),
    'signed-in': reset('ok'),
    refused: raise('refused'),
    'refused-finally': lock,
    'consent-needed': tell('consent-missing'),
    ended: tell('expired'),
    'secret-expiring': tell('secret-expiring'),
    'secret-extended': keep('ok'),
    unlocked: keep('ok'),
  },
  'secret-expiring': {
    ...always('secret-expiring'),
    'signed-in': reset('secret-expiring'),
    refused: raise('refused'),
    'refused-finally': lock,
    'consent-needed': tell('consent-missing'),
    ended: tell('expired'),
    'secret-expiring': tell('secret-expiring'),
    'secret-extended': keep('ok'),
    unlocked: keep('secret-expiring'),
  },
  refused: {
    ...always('refused'),
    'signed-in': reset('ok'),
    refused: raise('refused'),
    'refused-finally': lock,
    'consent-needed': tell('consent-missing'),
    ended: tell('expired'),
    // It is said when it is ok again.
    'secret-expiring': keep('refused'),
    'secret-extended': keep('refused'),
    unlocked: reset('ok'),
  },
  locked: {
    ...always('locked'),
    // Whoever began before it was locked; it takes a person to go on.
    'signed-in': keep('locked'),
    refused: raise('locked'),
    'refused-finally': raise('locked'),
    'consent-needed': keep('locked'),
    ended: keep('locked'),
    'secret-expiring': keep('locked'),
    'secret-extended': keep('locked'),
    unlocked: reset('ok'),
  },
  'consent-missing': {
    ...always('consent-missing'),
    'signed-in': reset('ok'),
    refused: raise('consent-missing'),
    'refused-finally': lock,
    'consent-needed': keep('consent-missing'),
    ended: tell('expired'),
    'secret-expiring': keep('consent-missing'),
    'secret-extended': keep('consent-missing'),
    unlocked: reset('ok'),
  },
  expired: {
    ...always('expired'),
    'signed-in': reset('ok'),
    refused: raise('expired'),
    'refused-finally': lock,
    'consent-needed': tell('consent-missing'),
    ended: keep('expired'),
    'secret-expiring': keep('expired'),
    'secret-extended': keep('expired'),
    unlocked: reset('ok'),
  },
}

/** Whether anything may be sent to the other system. */
export const usable: Readonly<Record<State, boolean>> = {
  empty: false,
  ok: true,
  'secret-expiring': true,
  refused: true,
  locked: false,
  'consent-missing': false,
  expired: false,
}

export interface Standing {
  readonly state: State
  readonly enabled: boolean
  /** Ids of the attempts that were refused since the last success: one that is reported twice counts once. */
  readonly refusals: readonly string[]
  /** So many refusals stop it: 1 to 10. */
  readonly limit: number
}

/** Refusals kept of an account that is locked already, where attempts that were under way come in. */
const REFUSALS_KEPT = 50

/** How it stands after the event; `attempt` is the one that was refused. */
export function applyEvent(
  standing: Standing,
  event: Exclude<Event, 'refused-finally'>,
  attempt = '',
): { readonly standing: Standing; readonly tell: boolean } {
  if (event === 'refused' && standing.refusals.includes(attempt)) return { standing, tell: false }
  const last = event === 'refused' && standing.refusals.length + 1 >= standing.limit
  const { to, refusals, enabled, tell } = transitions[standing.state][last ? 'refused-finally' : event]
  return {
    tell,
    standing: {
      state: to,
      enabled: enabled ?? standing.enabled,
      refusals: after[refusals](standing.refusals, attempt),
      limit: standing.limit,
    },
  }
}

const after = {
  keep: (refusals: readonly string[]) => refusals,
  reset: (): readonly string[] => [],
  raise: (refusals: readonly string[], attempt: string) => [...refusals, attempt].slice(-REFUSALS_KEPT),
} as const

/** Days before the end of a secret on which the admins are reminded, each once. */
const WARNING_DAYS = [7, 30, 60] as const
const DAY_MS = 86_400_000

/** The reminder that is due and was not given: the days before the end that it is for. Times in milliseconds. */
export function dueWarning(endsAt: number | undefined, warnedDays: number | undefined, now: number) {
  if (endsAt === undefined) return undefined
  const days = WARNING_DAYS.find((limit) => endsAt - now <= limit * DAY_MS)
  return days === undefined || (warnedDays !== undefined && warnedDays <= days) ? undefined : days
}
