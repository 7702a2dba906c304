import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { Row } from '../ui/layout.tsx'
import { useMessages } from '../ui/messages.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'
import { DatabaseField } from './database-field.tsx'
import { DATABASE, type Variable, type VariableTexts } from './variable-texts.ts'

const useStyles = makeStyles({
  root: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
})

/** Changes one variable. What somebody else has changed in the meantime is not written over. */
export function VariableForm({
  variable,
  texts,
  onClose,
}: {
  readonly variable: Variable
  readonly texts: VariableTexts
  readonly onClose: () => void
}) {
  const { t } = useTranslation(['variables', 'common'])
  const styles = useStyles()
  const queries = useQueryClient()
  const { done } = useMessages()
  const [value, setValue] = useState(variable.value ?? '')
  const version = useQuery({
    queryKey: ['version', variable.name],
    queryFn: () => versionOf(variable.name),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const save = useMutation({
    mutationFn: (next: string | null) => write(variable.name, version.data ?? null, next),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: ['/api/v1/variables'] })
      void queries.invalidateQueries({ queryKey: ['/api/v1/setup'] })
      done(t('saved', { what: texts.title }))
      onClose()
    },
  })

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (value !== '') save.mutate(value)
  }

  return (
    <form className={styles.root} onSubmit={submit}>
      {variable.name === DATABASE ? (
        <DatabaseField label={texts.title} hint={texts.hint} value={value} onChange={setValue} />
      ) : (
        <Field hint={texts.hint}>
          <Input
            aria-label={texts.title}
            autoFocus
            type={variable.confidential ? 'password' : 'text'}
            autoComplete={variable.confidential ? 'new-password' : 'off'}
            spellCheck={false}
            placeholder={variable.confidential && variable.isSet ? t('newValue') : ''}
            value={value}
            onChange={(_, data) => setValue(data.value)}
          />
        </Field>
      )}
      {version.error !== null && <ProblemBar error={version.error} />}
      {save.error !== null && <ProblemBar error={save.error} />}
      <Row>
        <Button
          type="submit"
          appearance="primary"
          disabled={value === '' || !version.isSuccess || save.isPending}
        >
          {t('common:save')}
        </Button>
        <Button onClick={onClose}>{t('common:cancel')}</Button>
        {variable.isSet && (
          <Button
            appearance="subtle"
            disabled={!version.isSuccess || save.isPending}
            onClick={() => save.mutate(null)}
          >
            {t('clear')}
          </Button>
        )}
      </Row>
    </form>
  )
}

/** Which version is being changed: that of the moment at which the form was opened. Null for one that was never set. */
async function versionOf(name: string): Promise<string | null> {
  const answer = client.GET('/api/v1/variables/{name}', { params: { path: { name } } })
  await answerOf(answer)
  return (await answer).response.headers.get('ETag')
}

function write(name: string, version: string | null, value: string | null): Promise<unknown> {
  const header = version === null ? {} : { 'If-Match': version }
  return answerOf(
    client.PUT('/api/v1/variables/{name}', { params: { path: { name }, header }, body: { value } }),
  )
}
