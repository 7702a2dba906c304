import { Body1, Field, Input, Select } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useReadAgain } from '../api/read-again.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { ShownOnceDialog } from '../ui/shown-once-dialog.tsx'
import { type Role, RolesField } from './roles-field.tsx'
import { type Limits, ScopeField } from './scope-field.tsx'

const DAY_MS = 86_400_000
const expiries = { month: 30, quarter: 90, year: 365, never: null } as const
type Expiry = keyof typeof expiries

/** Asks what the token is for, then shows it this once. */
export function CreateTokenDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('access')
  const readAgain = useReadAgain('/api/v1/api-tokens')
  const [name, setName] = useState('')
  const [roles, setRoles] = useState<readonly Role[]>([])
  const [limits, setLimits] = useState<Limits>(null)
  const [expiry, setExpiry] = useState<Expiry>('year')
  const create = useMutation({
    mutationFn: () => {
      const days = expiries[expiry]
      return answerOf(
        client.POST('/api/v1/api-tokens', {
          body: {
            name,
            roles: [...roles],
            scope: limits === null ? null : { people: [...limits.people], groups: [...limits.groups] },
            expiresAt: days === null ? null : new Date(Date.now() + days * DAY_MS).toISOString(),
          },
        }),
      )
    },
    onSettled: readAgain,
  })
  if (create.data !== undefined) {
    return (
      <ShownOnceDialog
        title={t('tokens.secretTitle')}
        secret={create.data.secret}
        what={t('tokens.secret')}
        close={t('tokens.close')}
        onClose={onClose}
      >
        <Body1>{t('tokens.secretText')}</Body1>
      </ShownOnceDialog>
    )
  }
  return (
    <FormDialog
      title={t('tokens.create')}
      submit={t('tokens.createDo')}
      disabled={create.isPending || name.trim() === '' || roles.length === 0}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Field label={t('tokens.name')} hint={t('tokens.nameHint')} required>
        <Input value={name} maxLength={100} onChange={(_, { value }) => setName(value)} />
      </Field>
      <RolesField held={roles} onChange={setRoles} />
      <ScopeField limits={limits} onChange={setLimits} />
      <Field label={t('tokens.expiry')}>
        <Select value={expiry} onChange={(_, { value }) => setExpiry(value as Expiry)}>
          {(Object.keys(expiries) as Expiry[]).map((one) => (
            <option key={one} value={one}>
              {t(`tokens.expiries.${one}`)}
            </option>
          ))}
        </Select>
      </Field>
    </FormDialog>
  )
}
