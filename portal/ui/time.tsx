import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage, type Language } from '../i18n/language.ts'

/** German has 25.11.2026, 23:05; English 25 Nov 2026, 23:05. Both count 24 hours. */
const locales: Readonly<Record<Language, string>> = { de: 'de-DE', en: 'en-GB' }

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export function formatDateTime(iso: string, options: { readonly seconds?: boolean } = {}): string {
  return new Intl.DateTimeFormat(locales[currentLanguage()], {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(options.seconds ? { second: '2-digit' } : {}),
    hour12: false,
  }).format(new Date(iso))
}

/** "Mo., 30.11.2026, 04:00" as clocks in that zone show it. */
export function formatInZone(iso: string, timeZone: string): string {
  return new Intl.DateTimeFormat(locales[currentLanguage()], {
    weekday: 'short',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    timeZone,
  }).format(new Date(iso))
}

export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(locales[currentLanguage()], {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
  }).format(new Date(iso))
}

/** A day such as 2027-01-31, the same wherever the reader is. */
export function formatDay(day: string): string {
  return new Intl.DateTimeFormat(locales[currentLanguage()], {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(day))
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(locales[currentLanguage()]).format(value)
}

/** "jetzt", "vor 3 Minuten", "in 2 Stunden". @param now milliseconds */
function formatRelative(iso: string, now: number): string {
  const format = new Intl.RelativeTimeFormat(locales[currentLanguage()], { numeric: 'auto' })
  const distance = Date.parse(iso) - now
  const size = Math.abs(distance)
  if (size < MINUTE_MS) return format.format(0, 'second')
  if (size < HOUR_MS) return format.format(Math.round(distance / MINUTE_MS), 'minute')
  if (size < DAY_MS) return format.format(Math.round(distance / HOUR_MS), 'hour')
  return format.format(Math.round(distance / DAY_MS), 'day')
}

/** A time: relative while that is what one wants to know, with the date and time in full on hover. */
export function Time({ iso, relative = false }: { readonly iso: string; readonly relative?: boolean }) {
  // Formats by the language, which this follows.
  useTranslation()
  const now = useNow(relative)
  const full = formatDateTime(iso)
  return (
    <time dateTime={iso} title={relative ? full : undefined}>
      {relative ? formatRelative(iso, now) : full}
    </time>
  )
}

/** The time, again every half minute while it is needed. */
function useNow(needed: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!needed) return
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS / 2)
    return () => clearInterval(timer)
  }, [needed])
  return now
}
