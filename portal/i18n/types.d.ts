import 'i18next'
import type { texts } from './de/texts.ts'

/** Makes every key a type: `t('…')` of a key that German does not have is a compile error. */
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: typeof texts
    enableSelector: false
  }
}
