import { Button, makeStyles, tokens } from '@fluentui/react-components'
import type { ComponentProps } from 'react'
import { useTranslation } from 'react-i18next'
import { nameOf, useSession } from '../api/session.tsx'

const useStyles = makeStyles({
  initials: {
    display: 'grid',
    placeItems: 'center',
    flexShrink: 0,
    width: '28px',
    height: '28px',
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorBrandBackground2,
    color: tokens.colorBrandForeground2,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    // A picture, not a text: the button's name says more.
    '::before': { content: 'attr(data-initials)' },
  },
})

/** How whoever is signed in is called. */
export function useUserName(): string {
  const { t } = useTranslation('shell')
  const { user } = useSession()
  return user === null ? t('operator') : nameOf(user)
}

export function UserButton({ name, ...more }: ComponentProps<typeof Button> & { readonly name: string }) {
  const { t } = useTranslation('shell')
  const styles = useStyles()
  return (
    <Button
      {...more}
      appearance="subtle"
      aria-label={t('userMenu', { name })}
      icon={<span className={styles.initials} data-initials={initialsOf(name)} />}
    />
  )
}

function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '')
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.[0] ?? '')
  return letters.join('').toUpperCase()
}
