import { Field, Select } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { isLanguage, type Language, languages } from '../i18n/language.ts'

/** The language of what is sent to somebody. */
export function LanguageField({
  label,
  value,
  onChange,
}: {
  readonly label: string
  readonly value: Language
  readonly onChange: (language: Language) => void
}) {
  const { t } = useTranslation('common')
  return (
    <Field label={label}>
      <Select value={value} onChange={(_, data) => isLanguage(data.value) && onChange(data.value)}>
        {languages.map((language) => (
          <option key={language} value={language}>
            {t(`languages.${language}`)}
          </option>
        ))}
      </Select>
    </Field>
  )
}
