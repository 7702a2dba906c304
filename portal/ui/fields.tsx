import { Button, Field, Input, type InputProps } from '@fluentui/react-components'
import { Eye20Regular } from '@fluentui/react-icons/svg/eye'
import { EyeOff20Regular } from '@fluentui/react-icons/svg/eye-off'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange?: (value: string) => void
  readonly hint?: string
  readonly type?: InputProps['type']
  /** What browsers and password managers may fill in (WHATWG HTML, autocomplete). */
  readonly autoComplete?: string
  readonly autoFocus?: boolean
  readonly optional?: boolean
  /** Shown to be seen, not to be changed. */
  readonly readOnly?: boolean
}

/** One line of text. */
export function TextField({
  label,
  value,
  onChange,
  hint,
  type,
  autoComplete,
  autoFocus,
  optional,
  readOnly,
}: TextFieldProps) {
  return (
    <Field label={label} hint={hint} required={!optional && !readOnly}>
      <Input
        type={type}
        autoComplete={autoComplete ?? 'off'}
        autoFocus={autoFocus}
        readOnly={readOnly}
        value={value}
        onChange={(_, data) => onChange?.(data.value)}
      />
    </Field>
  )
}

/** A new password, which can be looked at while it is chosen. */
export function NewPasswordField({
  label,
  value,
  onChange,
}: Pick<TextFieldProps, 'label' | 'value' | 'onChange'>) {
  const { t } = useTranslation('common')
  const [seen, setSeen] = useState(false)
  return (
    <Field label={label} hint={t('passwordHint')} required>
      <Input
        type={seen ? 'text' : 'password'}
        autoComplete="new-password"
        spellCheck={false}
        value={value}
        onChange={(_, data) => onChange?.(data.value)}
        contentAfter={
          <Button
            appearance="transparent"
            size="small"
            icon={seen ? <EyeOff20Regular /> : <Eye20Regular />}
            aria-label={t('showPassword')}
            aria-pressed={seen}
            onClick={() => setSeen(!seen)}
          />
        }
      />
    </Field>
  )
}
