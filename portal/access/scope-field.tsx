import { Checkbox, Field, Input, Radio, RadioGroup } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { scopeLimits } from '../../shared/scope-limits.ts'
import { read } from '../api/read.ts'
import { useMay } from '../api/session.tsx'
import { ChoiceGroup } from '../ui/choice-group.tsx'
import { Column } from '../ui/layout.tsx'
import { Loaded } from '../ui/page.tsx'

/** Whose data may be seen: null is everybody. */
export type Limits = { readonly people: readonly string[]; readonly groups: readonly string[] } | null

/** External tokens as somebody types them: separated by blanks, commas, semicolons or lines. */
function peopleIn(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((token) => token !== ''))]
}

/** Limits a user or token to people and groups. */
export function ScopeField({
  limits,
  onChange,
}: {
  readonly limits: Limits
  readonly onChange: (limits: Limits) => void
}) {
  const { t } = useTranslation('access')
  const [text, setText] = useState(limits?.people.join(', ') ?? '')
  const groups = useQuery({
    ...read('/api/v1/groups'),
    enabled: useMay()('people:read') && limits !== null,
  })
  return (
    <Column>
      <Field label={t('scope.label')}>
        <RadioGroup
          value={limits === null ? 'everyone' : 'limited'}
          onChange={(_, { value }) =>
            onChange(value === 'everyone' ? null : { people: peopleIn(text), groups: [] })
          }
        >
          <Radio value="everyone" label={t('scope.everyone')} />
          <Radio value="limited" label={t('scope.limited')} />
        </RadioGroup>
      </Field>
      {limits !== null && (
        <>
          <Field label={t('scope.people')} hint={t('scope.peopleHint', { most: scopeLimits.people })}>
            <Input
              value={text}
              onChange={(_, { value }) => {
                setText(value)
                onChange({ ...limits, people: peopleIn(value) })
              }}
            />
          </Field>
          <ChoiceGroup label={t('scope.groups')} hint={t('scope.groupsHint', { most: scopeLimits.groups })}>
            <Loaded query={groups}>
              {({ items }) => (
                <>
                  {items.length === 0 && t('scope.noGroups')}
                  {items.map(({ id, name }) => (
                    <Checkbox
                      key={id}
                      label={name}
                      checked={limits.groups.includes(id)}
                      onChange={(_, { checked }) =>
                        onChange({
                          ...limits,
                          groups:
                            checked === true
                              ? [...limits.groups, id]
                              : limits.groups.filter((one) => one !== id),
                        })
                      }
                    />
                  ))}
                </>
              )}
            </Loaded>
          </ChoiceGroup>
        </>
      )}
    </Column>
  )
}
