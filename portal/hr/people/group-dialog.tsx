import { Field, Input } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../../api/client.ts'
import { useReadAgain } from '../../api/read-again.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { useMessages } from '../../ui/messages.tsx'
import type { Group } from './words.ts'

const MOST_LETTERS = 100

/** Names a new group, or an existing one anew. */
export function GroupDialog({ group, onClose }: { readonly group?: Group; readonly onClose: () => void }) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation('common')
  const { done } = useMessages()
  const readAgain = useReadAgain('/api/v1/groups')
  const [text, setText] = useState(group?.name ?? '')
  const name = text.trim()
  const save = useMutation({
    mutationFn: () =>
      group === undefined
        ? answerOf(client.POST('/api/v1/groups', { body: { name } }))
        : answerOf(
            client.PATCH('/api/v1/groups/{id}', { params: { path: { id: group.id } }, body: { name } }),
          ),
    onSuccess: async () => {
      await readAgain()
      done(t('groups.saved', { name }))
      onClose()
    },
  })
  return (
    <FormDialog
      title={group === undefined ? t('groups.create') : t('groups.rename')}
      submit={common('save')}
      disabled={name === '' || save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Field label={t('groups.name')} required>
        <Input value={text} maxLength={MOST_LETTERS} onChange={(_, { value }) => setText(value)} />
      </Field>
    </FormDialog>
  )
}
