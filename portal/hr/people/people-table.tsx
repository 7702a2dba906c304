import { Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Link } from '../../ui/link.tsx'
import { selectionColumn } from '../../ui/selection.tsx'
import { PersonState } from './person-state.tsx'
import { nameOf, type Person, useGroupNames, useYesNo } from './words.ts'

const useStyles = makeStyles({
  small: { display: 'block', color: tokens.colorNeutralForeground3, overflowWrap: 'anywhere' },
  onPhone: { display: 'none', '@media (max-width: 767px)': { display: 'block' } },
})

/** The table of A8. With a selection where something can be done with those chosen. */
export function PeopleTable({
  people,
  selection,
}: {
  readonly people: readonly Person[]
  readonly selection?: {
    readonly selected: ReadonlySet<string>
    readonly onSelect: (selected: ReadonlySet<string>) => void
  }
}) {
  const { t } = useTranslation('people')
  const styles = useStyles()
  const groupNames = useGroupNames()
  const yesNo = useYesNo()
  const facts: readonly Column<Person>[] = [
    {
      id: 'name',
      title: t('column.name'),
      cell: (person) => (
        <>
          <Link to={`/people/${person.id}`}>{nameOf(person)}</Link>
          <Caption1 className={styles.small}>{person.email}</Caption1>
          <Caption1 className={styles.onPhone}>{person.externalToken}</Caption1>
        </>
      ),
    },
    {
      id: 'token',
      title: t('column.token'),
      width: '72px',
      wideOnly: true,
      cell: ({ externalToken }) => externalToken,
    },
    {
      id: 'state',
      title: t('column.state'),
      width: '104px',
      cell: (person) => <PersonState person={person} />,
    },
    {
      id: 'timeManagement',
      title: t('column.timeManagement'),
      width: '110px',
      wideOnly: true,
      cell: ({ timeManagement }) => yesNo(timeManagement),
    },
    {
      id: 'accessControl',
      title: t('column.accessControl'),
      width: '110px',
      wideOnly: true,
      cell: ({ accessControl }) => yesNo(accessControl),
    },
    {
      id: 'identMedia',
      title: t('column.identMedia'),
      width: '130px',
      wideOnly: true,
      cell: ({ identMedia }) => identMedia.join(', '),
    },
    {
      id: 'groups',
      title: t('column.groups'),
      width: '130px',
      wideOnly: true,
      cell: ({ groups }) => groupNames(groups),
    },
  ]
  const choosing =
    selection === undefined
      ? []
      : [
          selectionColumn({
            rows: people,
            keyOf: ({ id }) => id,
            nameOf: (person) => t('select.one', { name: nameOf(person) }),
            all: t('select.shown'),
            ...selection,
          }),
        ]
  return (
    <DataTable label={t('list')} columns={[...choosing, ...facts]} rows={people} keyOf={({ id }) => id} />
  )
}
