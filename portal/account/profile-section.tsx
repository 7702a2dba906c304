import { Field, Radio, RadioGroup } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useLanguageChoice } from '../api/language.ts'
import { type User, useSessionChange } from '../api/session.tsx'
import { currentLanguage, isLanguage, languages } from '../i18n/language.ts'
import { TextField } from '../ui/fields.tsx'
import { Form } from '../ui/form.tsx'
import { Fields, Section } from '../ui/layout.tsx'
import { useMessages } from '../ui/messages.tsx'

/** Names and language. */
export function ProfileSection({ user }: { readonly user: User }) {
  const { t } = useTranslation(['account', 'common'])
  const { done } = useMessages()
  const chooseLanguage = useLanguageChoice()
  const [firstName, setFirstName] = useState(user.firstName ?? '')
  const [lastName, setLastName] = useState(user.lastName ?? '')
  const save = useSessionChange(() =>
    answerOf(client.PATCH('/api/v1/account', { body: { firstName, lastName } })),
  )
  return (
    <Section title={t('profile.title')}>
      <Form
        submit={t('common:save')}
        onSubmit={() => save.mutate(undefined, { onSuccess: () => done(t('saved')) })}
        isPending={save.isPending}
        error={save.error}
      >
        <Fields>
          <TextField
            label={t('profile.firstName')}
            autoComplete="given-name"
            value={firstName}
            onChange={setFirstName}
          />
          <TextField
            label={t('profile.lastName')}
            autoComplete="family-name"
            value={lastName}
            onChange={setLastName}
          />
        </Fields>
      </Form>
      <Field label={t('profile.language')} hint={t('profile.languageHint')}>
        <RadioGroup
          layout="horizontal"
          value={currentLanguage()}
          onChange={(_, { value }) => {
            if (isLanguage(value)) chooseLanguage(value)
          }}
        >
          {languages.map((language) => (
            <Radio key={language} value={language} label={t(`common:languages.${language}`)} />
          ))}
        </RadioGroup>
      </Field>
    </Section>
  )
}
