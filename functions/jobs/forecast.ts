import { z } from 'zod'
import type { Language } from '../../shared/errors/error.ts'
import { fillIn } from '../../shared/text.ts'
import type { ClockChange } from './clock-changes.ts'

export const Forecast = z
  .object({
    items: z.array(z.iso.datetime({ offset: true })).meta({ description: 'The next five times.' }),
    words: z
      .string()
      .nullable()
      .meta({ description: 'The schedule in words; null when there are none for it.' }),
    clockChanges: z
      .array(
        z.object({
          kind: z.enum(['moved', 'left-out', 'once', 'twice']),
          day: z.iso.date(),
          time: z.string(),
          text: z.string(),
        }),
      )
      .meta({ description: 'What the changes of clocks within a year do to it.' }),
  })
  .meta({ id: 'ScheduleForecast' })

const texts = {
  moved: {
    en: 'On {day} the clocks skip {time}: the run comes at {instead}.',
    de: 'Am {day} gibt es {time} Uhr nicht: Der Lauf kommt um {instead} Uhr.',
  },
  'left-out': {
    en: 'On {day} the clocks skip {time}: there is no run at that time.',
    de: 'Am {day} gibt es {time} Uhr nicht: Dieser Lauf entfällt.',
  },
  once: {
    en: 'On {day} there is {time} twice: the job runs the first time only.',
    de: 'Am {day} gibt es {time} Uhr zweimal: Der Job läuft nur beim ersten Mal.',
  },
  twice: {
    en: 'On {day} there is {time} twice: the job runs both times.',
    de: 'Am {day} gibt es {time} Uhr zweimal: Der Job läuft beide Male.',
  },
} as const

export function toClockChangeView({ kind, day, time, instead = '' }: ClockChange, language: Language) {
  const shownDay = language === 'de' ? day.split('-').reverse().join('.') : day
  return { kind, day, time, text: fillIn(texts[kind][language], { day: shownDay, time, instead }, language) }
}
