/** The schedules that apply until the admin sets others (A7). The other jobs run on demand or within `SysSageSync`. */
export const defaultSchedules: Readonly<
  Record<string, { readonly cron: string; readonly timeZone: string }>
> = {
  SysSageSync: { cron: '0 4 * * 1-5', timeZone: 'Europe/Berlin' },
  SysSageExportBuchungen: { cron: '* * * * *', timeZone: 'Europe/Berlin' },
}
