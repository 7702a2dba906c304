import {
  Body1,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Select,
} from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useReadAgain } from '../api/read-again.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Column } from '../ui/layout.tsx'
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
  if (create.data !== undefined) return <SecretDialog secret={create.data.secret} onClose={onClose} />
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

/** Closes only by its button: what is shown here cannot be had again. */
function SecretDialog({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  const { t } = useTranslation('access')
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('tokens.secretTitle')}</DialogTitle>
          <DialogContent>
            <Column>
              <Body1>{t('tokens.secretText')}</Body1>
              <Field label={t('tokens.secret')}>
                <Input readOnly value={secret} onFocus={({ currentTarget }) => currentTarget.select()} />
              </Field>
            </Column>
          </DialogContent>
          <DialogActions>
            <CopyButton text={secret} what={t('tokens.secret')} />
            <Button appearance="primary" onClick={onClose}>
              {t('tokens.close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
