import { Checkbox, makeStyles, tokens } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client.ts'
import { read } from '../api/read.ts'
import { ChoiceGroup } from '../ui/choice-group.tsx'
import { Loaded } from '../ui/page.tsx'

export type Role = Answer<'/api/v1/roles'>['items'][number]['role']

const useStyles = makeStyles({
  purpose: {
    display: 'block',
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
  },
})

/** Several roles, each with what it is for. */
export function RolesField({
  held,
  onChange,
}: {
  readonly held: readonly Role[]
  readonly onChange: (roles: readonly Role[]) => void
}) {
  const { t } = useTranslation('access')
  const styles = useStyles()
  const roles = useQuery(read('/api/v1/roles'))
  return (
    <ChoiceGroup label={t('roles')} required>
      <Loaded query={roles}>
        {({ items }) =>
          items.map(({ role, name, purpose }) => (
            <Checkbox
              key={role}
              checked={held.includes(role)}
              onChange={(_, { checked }) =>
                onChange(checked === true ? [...held, role] : held.filter((one) => one !== role))
              }
              label={
                <>
                  {name}
                  <span className={styles.purpose}>{purpose}</span>
                </>
              }
            />
          ))
        }
      </Loaded>
    </ChoiceGroup>
  )
}

/** The names of roles in the language of the page. */
export function useRoleNames(): (roles: readonly Role[]) => string {
  const roles = useQuery(read('/api/v1/roles'))
  const names = new Map(roles.data?.items.map(({ role, name }) => [role, name]))
  return (held) => held.map((role) => names.get(role) ?? role).join(', ')
}
