import type { JobRow, LogLevel, Schedule } from './rows.ts'

/** What an admin or a product sets. Undefined leaves it as it is, null takes it away. */
export interface JobSettings {
  readonly agentId?: string | null | undefined
  readonly logLevel?: LogLevel | undefined
  readonly position?: number | undefined
  readonly warningMessage?: string | null | undefined
  readonly schedule?: Schedule | null | undefined
}

/** A setting after an edit. */
function given<N extends string, T>(name: N, asked: T | null | undefined, before: T | undefined) {
  const value = asked === undefined ? before : asked
  return (value === undefined || value === null ? {} : { [name]: value }) as { [key in N]?: T }
}

export function applySettings(row: JobRow, settings: JobSettings): JobRow {
  const { agentId, warningMessage, logLevel, position, ...rest } = row
  return {
    ...rest,
    ...given('agentId', settings.agentId, agentId),
    ...given('warningMessage', settings.warningMessage, warningMessage),
    ...given('logLevel', settings.logLevel, logLevel),
    ...given('position', settings.position, position),
    // Null stays: a schedule that the admin has taken away does not come back as a default.
    ...(settings.schedule === undefined ? {} : { schedule: settings.schedule }),
  }
}
