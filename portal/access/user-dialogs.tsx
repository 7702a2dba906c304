import { Body1, Field, Input } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, answerOf, client } from '../api/client.ts'
import { useReadAgain } from '../api/read-again.ts'
import { currentLanguage, type Language } from '../i18n/language.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { LanguageField } from '../ui/language-field.tsx'
import { useMessages } from '../ui/messages.tsx'
import { type Role, RolesField } from './roles-field.tsx'
import { type Limits, ScopeField } from './scope-field.tsx'

export type User = Answer<'/api/v1/users/{id}'>

/** As the API takes it: everybody, or only these. */
function scopeOf(limits: Limits) {
  return limits === null
    ? { kind: 'everyone' as const }
    : { kind: 'limited' as const, people: [...limits.people], groups: [...limits.groups] }
}

export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('access')
  const { done } = useMessages()
  const readAgain = useReadAgain('/api/v1/users')
  const [email, setEmail] = useState('')
  const [roles, setRoles] = useState<readonly Role[]>(['admin'])
  const [limits, setLimits] = useState<Limits>(null)
  const [language, setLanguage] = useState<Language>(currentLanguage())
  const invite = useMutation({
    mutationFn: () =>
      answerOf(
        client.POST('/api/v1/users', {
          body: { email, roles: [...roles], scope: scopeOf(limits), language },
        }),
      ),
    onSuccess: () => {
      done(t('users.invited', { email }))
      onClose()
    },
    onSettled: readAgain,
  })
  return (
    <FormDialog
      title={t('users.inviteTitle')}
      submit={t('users.send')}
      disabled={invite.isPending || email.trim() === '' || roles.length === 0}
      error={invite.error}
      onSubmit={() => invite.mutate()}
      onClose={onClose}
    >
      <Body1>{t('users.inviteText')}</Body1>
      <Field label={t('users.email')} required>
        <Input type="email" value={email} onChange={(_, { value }) => setEmail(value)} />
      </Field>
      <RolesField held={roles} onChange={setRoles} />
      <ScopeField limits={limits} onChange={setLimits} />
      <LanguageField label={t('users.language')} value={language} onChange={setLanguage} />
    </FormDialog>
  )
}

export function EditUserDialog({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const { t } = useTranslation('access')
  const { done } = useMessages()
  const readAgain = useReadAgain('/api/v1/users')
  const [firstName, setFirstName] = useState(user.firstName ?? '')
  const [lastName, setLastName] = useState(user.lastName ?? '')
  const [roles, setRoles] = useState<readonly Role[]>(user.roles)
  const [limits, setLimits] = useState<Limits>(user.scope.kind === 'everyone' ? null : user.scope)
  const [language, setLanguage] = useState<Language>(user.language)
  const save = useMutation({
    mutationFn: () =>
      answerOf(
        client.PATCH('/api/v1/users/{id}', {
          params: { path: { id: user.id } },
          body: {
            ...(firstName.trim() === '' ? {} : { firstName }),
            ...(lastName.trim() === '' ? {} : { lastName }),
            roles: [...roles],
            scope: scopeOf(limits),
            language,
          },
        }),
      ),
    onSuccess: () => {
      done(t('users.saved'))
      onClose()
    },
    onSettled: readAgain,
  })
  return (
    <FormDialog
      title={t('users.editTitle', { name: nameOf(user) })}
      submit={t('users.save')}
      disabled={save.isPending || roles.length === 0}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Field label={t('users.firstName')}>
        <Input value={firstName} maxLength={100} onChange={(_, { value }) => setFirstName(value)} />
      </Field>
      <Field label={t('users.lastName')}>
        <Input value={lastName} maxLength={100} onChange={(_, { value }) => setLastName(value)} />
      </Field>
      <RolesField held={roles} onChange={setRoles} />
      <ScopeField limits={limits} onChange={setLimits} />
      <LanguageField label={t('users.language')} value={language} onChange={setLanguage} />
    </FormDialog>
  )
}

/** Whoever has not registered yet goes by the address. */
export function nameOf({ firstName, lastName, email }: User): string {
  return [firstName, lastName].filter((name) => name !== null && name !== '').join(' ') || email
}
