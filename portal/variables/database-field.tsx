import { Dropdown, Field, Input, Option, Spinner } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { read } from '../api/read.ts'
import { Column } from '../ui/layout.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'

/** Chooses one of the databases that the Sage server offers, by name. Where they cannot be read, the key can be typed. */
export function DatabaseField({
  label,
  hint,
  value,
  onChange,
}: {
  readonly label: string
  readonly hint: string | undefined
  /** A database's key. */
  readonly value: string
  readonly onChange: (key: string) => void
}) {
  const { t } = useTranslation('variables')
  const databases = useQuery({ ...read('/api/v1/sage/databases'), retry: false, staleTime: 0 })
  if (databases.isPending) return <Spinner size="tiny" label={t('database.loading')} />
  if (databases.data === undefined) {
    return (
      <Column>
        <ProblemBar error={databases.error} onRetry={() => void databases.refetch()} />
        <Field hint={t('database.byHand')}>
          <Input aria-label={label} value={value} onChange={(_, data) => onChange(data.value)} />
        </Field>
      </Column>
    )
  }
  const { items } = databases.data
  return (
    <Field hint={hint}>
      <Dropdown
        aria-label={label}
        placeholder={t('database.choose')}
        value={items.find(({ key }) => key === value)?.name ?? value}
        selectedOptions={[value]}
        onOptionSelect={(_, { optionValue }) => onChange(optionValue ?? '')}
      >
        {items.map(({ key, name, database }) => (
          <Option key={key} value={key} text={name}>
            {name === database ? name : `${name} (${database})`}
          </Option>
        ))}
      </Dropdown>
    </Field>
  )
}
