import { Caption1, makeStyles, tokens } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Link } from '../../ui/link.tsx'
import { selectionColumn } from '../../ui/selection.tsx'
import { PersonState } from './person-state.tsx'
import { nameOf, type Person, useGroupNames, useYesNo } from './words.ts'

const useStyles = makeStyles({
  small: { display: 'block', color: tokens.colorNeutralForeground3, overflowWrap: 'anywhere' },
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
      min: 200,
      cell: (person) => (
        <>
          <Link to={`/people/${person.id}`}>{nameOf(person)}</Link>
          <Caption1 className={styles.small}>{person.email}</Caption1>
        </>
      ),
    },
    {
      id: 'token',
      title: t('column.token'),
      width: 90,
      rank: 2,
      cell: ({ externalToken }) => externalToken,
    },
    {
      id: 'state',
      title: t('column.state'),
      width: 110,
      rank: 1,
      cell: (person) => <PersonState person={person} />,
    },
    {
      id: 'timeManagement',
      title: t('column.timeManagement'),
      width: 130,
      rank: 5,
      cell: ({ timeManagement }) => yesNo(timeManagement),
    },
    {
      id: 'accessControl',
      title: t('column.accessControl'),
      width: 145,
      rank: 6,
      cell: ({ accessControl }) => yesNo(accessControl),
    },
    {
      id: 'identMedia',
      title: t('column.identMedia'),
      width: 130,
      rank: 4,
      cell: ({ identMedia }) => identMedia.join(', '),
    },
    {
      id: 'groups',
      title: t('column.groups'),
      min: 140,
      rank: 3,
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
