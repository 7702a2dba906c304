/** What most people want of a schedule, and the cron expression that it is. Times are wall time in the schedule's zone. */
export const presets = ['minute', 'quarter', 'hourly', 'workdays', 'daily', 'weekly', 'custom'] as const
export type Preset = (typeof presets)[number]

export interface Choice {
  readonly preset: Preset
  /** `HH:MM`, for presets that run at a time of the day. */
  readonly time: string
  /** The expression itself, for `custom`. */
  readonly cron: string
}

const fixed: Readonly<Partial<Record<Preset, string>>> = {
  minute: '* * * * *',
  quarter: '*/15 * * * *',
  hourly: '0 * * * *',
}
const days: Readonly<Partial<Record<Preset, string>>> = { workdays: '1-5', daily: '*', weekly: '1' }

export function hasTime(preset: Preset): boolean {
  return days[preset] !== undefined
}

/** The cron expression of a choice; undefined while its time is not one. */
export function cronOf({ preset, time, cron }: Choice): string | undefined {
  const weekdays = days[preset]
  if (weekdays === undefined) return fixed[preset] ?? (cron.trim() || undefined)
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? []
  return hours === undefined ? undefined : `${Number(minutes)} ${Number(hours)} * * ${weekdays}`
}

/** The choice that a cron expression comes from; what no preset says is `custom`. */
export function choiceOf(cron: string): Choice {
  for (const preset of presets) if (fixed[preset] === cron) return { preset, time: '04:00', cron }
  const [, minutes, hours, weekdays] = /^([0-5]?\d) ([01]?\d|2[0-3]) \* \* (\S+)$/.exec(cron) ?? []
  const preset = presets.find((one) => days[one] !== undefined && days[one] === weekdays)
  if (preset === undefined) return { preset: 'custom', time: '04:00', cron }
  return { preset, time: `${hours?.padStart(2, '0')}:${minutes?.padStart(2, '0')}`, cron }
}
