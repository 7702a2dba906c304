import { Button, Field, Input, Select, Switch } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../../api/client.ts'
import { useReadAgain } from '../../api/read-again.ts'
import { useMay } from '../../api/session.tsx'
import { Column, Row, Section } from '../../ui/layout.tsx'
import { useMessages } from '../../ui/messages.tsx'
import { ProblemBar } from '../../ui/problem-bar.tsx'
import { Chips } from './chips.tsx'
import { type Person, useGroups } from './words.ts'

const MOST_LETTERS = 64

type Draft = Pick<Person, 'locked' | 'identMedia' | 'groups'>

/** What the hub leads: lock, ident media and groups. Only what was changed is sent, for the version that is shown. */
export function PersonEdit({
  person,
  version,
}: {
  readonly person: Person
  readonly version: string | null
}) {
  const { t } = useTranslation('people')
  const { t: common } = useTranslation('common')
  const { done } = useMessages()
  const mayEdit = useMay()('people:write')
  const readAgain = useReadAgain('/api/v1/people')
  const [changes, setChanges] = useState<Partial<Draft>>({})
  const draft: Draft = { ...person, ...changes }
  const change = (more: Partial<Draft>) => setChanges((before) => ({ ...before, ...more }))
  const save = useMutation({
    mutationFn: () =>
      answerOf(
        client.PATCH('/api/v1/people/{id}', {
          params: { path: { id: person.id }, header: version === null ? {} : { 'If-Match': version } },
          body: changes,
        }),
      ),
    async onSuccess() {
      await readAgain()
      setChanges({})
      done(t('hub.saved'))
    },
    // Perhaps somebody else was faster: what is shown next is what a second try is based on.
    onError: readAgain,
  })
  function submit(event: FormEvent): void {
    event.preventDefault()
    save.mutate()
  }
  const untouched = Object.keys(changes).length === 0
  return (
    <Section title={t('hub.title')}>
      <form onSubmit={submit}>
        <Column>
          <Switch
            disabled={!mayEdit}
            label={t('hub.locked')}
            checked={draft.locked}
            onChange={(_, { checked }) => change({ locked: checked })}
          />
          <IdentMedia
            media={draft.identMedia}
            {...(mayEdit && { onChange: (identMedia: string[]) => change({ identMedia }) })}
          />
          <GroupChoice
            chosen={draft.groups}
            {...(mayEdit && { onChange: (groups: string[]) => change({ groups }) })}
          />
          {save.error !== null && <ProblemBar error={save.error} />}
          {mayEdit && (
            <Row>
              <Button type="submit" appearance="primary" disabled={untouched || save.isPending}>
                {common('save')}
              </Button>
              {!untouched && <Button onClick={() => setChanges({})}>{t('hub.undo')}</Button>}
            </Row>
          )}
        </Column>
      </form>
    </Section>
  )
}

function IdentMedia({
  media,
  onChange,
}: {
  readonly media: readonly string[]
  readonly onChange?: (media: string[]) => void
}) {
  const { t } = useTranslation('people')
  const [text, setText] = useState('')
  const medium = text.trim()
  function add(): void {
    if (medium === '' || onChange === undefined) return
    if (!media.includes(medium)) onChange([...media, medium])
    setText('')
  }
  return (
    <Column>
      <strong>{t('column.identMedia')}</strong>
      <Chips
        label={t('column.identMedia')}
        none={t('hub.noMedia')}
        items={media.map((one) => ({ id: one, text: one }))}
        {...(onChange !== undefined && {
          removal: {
            nameOf: (name: string) => t('hub.removeMedium', { name }),
            remove: (id: string) => onChange(media.filter((one) => one !== id)),
          },
        })}
      />
      {onChange !== undefined && (
        <Row>
          <Input
            aria-label={t('hub.newMedium')}
            placeholder={t('hub.newMedium')}
            value={text}
            maxLength={MOST_LETTERS}
            onChange={(_, { value }) => setText(value)}
            onKeyDown={(event) => {
              // Enter adds what is written instead of saving without it.
              if (event.key !== 'Enter') return
              event.preventDefault()
              add()
            }}
          />
          <Button disabled={medium === ''} onClick={add}>
            {t('hub.addMedium')}
          </Button>
        </Row>
      )}
    </Column>
  )
}

function GroupChoice({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[]
  readonly onChange?: (groups: string[]) => void
}) {
  const { t } = useTranslation('people')
  const groups = useGroups()
  const others = groups.filter(({ id }) => !chosen.includes(id))
  return (
    <Column>
      <strong>{t('column.groups')}</strong>
      <Chips
        label={t('column.groups')}
        none={groups.length === 0 ? t('groups.none') : t('hub.noGroups')}
        items={chosen.map((id) => ({ id, text: groups.find((group) => group.id === id)?.name ?? id }))}
        {...(onChange !== undefined && {
          removal: {
            nameOf: (name: string) => t('hub.removeGroup', { name }),
            remove: (id: string) => onChange(chosen.filter((one) => one !== id)),
          },
        })}
      />
      {onChange !== undefined && others.length > 0 && (
        <Field style={{ maxWidth: '320px' }}>
          <Select
            aria-label={t('hub.addGroup')}
            value=""
            onChange={(_, { value }) => value !== '' && onChange([...chosen, value])}
          >
            <option value="">{t('hub.addGroup')}</option>
            {others.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
      )}
    </Column>
  )
}
