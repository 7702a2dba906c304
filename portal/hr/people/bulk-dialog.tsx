import { Field, Select } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useReadAgain } from '../../api/read-again.ts'
import { Column } from '../../ui/layout.tsx'
import { formatNumber } from '../../ui/time.tsx'
import { WorkDialog } from '../../ui/work-dialog.tsx'
import { type Action, type ActionKind, actOn, type Chosen, needsGroup } from './bulk.ts'
import { useGroups } from './words.ts'

/** Says for how many an action is, asks for the group where there is one to name, and carries it out. */
export function BulkDialog({
  kind,
  chosen,
  count,
  onClose,
}: {
  readonly kind: ActionKind
  readonly chosen: Chosen
  readonly count: number
  readonly onClose: (anything: boolean) => void
}) {
  const { t } = useTranslation('people')
  const groups = useGroups()
  const readAgain = useReadAgain('/api/v1/people')
  const [group, setGroup] = useState('')
  // What was asked is what is done, whatever becomes of the selection meanwhile.
  const [asked] = useState({ chosen, count })
  const action: Action = needsGroup(kind) ? { kind, group } : { kind }
  function close(anything: boolean): void {
    if (anything) void readAgain()
    onClose(anything)
  }
  return (
    <WorkDialog
      title={t(`bulk.${kind}`)}
      confirm={t('bulk.confirm', { count: asked.count, number: formatNumber(asked.count) })}
      ready={!needsGroup(kind) || group !== ''}
      total={asked.count}
      step={(position) => actOn(action, asked.chosen, position)}
      onClose={close}
    >
      <Column>
        <span>{t(`bulk.ask.${kind}`, { count: asked.count, number: formatNumber(asked.count) })}</span>
        {needsGroup(kind) && (
          <Field label={t('filter.group')} hint={groups.length === 0 ? t('groups.none') : undefined} required>
            <Select value={group} onChange={(_, { value }) => setGroup(value)}>
              <option value="">{t('bulk.chooseGroup')}</option>
              {groups.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
        )}
      </Column>
    </WorkDialog>
  )
}
