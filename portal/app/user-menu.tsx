import {
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components'
import { PersonAccounts20Regular } from '@fluentui/react-icons/svg/person-accounts'
import { SignOut20Regular } from '@fluentui/react-icons/svg/sign-out'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useSession } from '../api/session.tsx'
import { useSignOut } from '../api/sign-out.ts'
import { changeLanguage, currentLanguage, isLanguage, languages } from '../i18n/language.ts'
import { useMessages } from '../ui/messages.tsx'
import { themeChoices, useTheme } from './theme.tsx'
import { UserButton, useUserName } from './user-button.tsx'

/** Account, language, theme, sign out. Comes when it is first opened, and is open then. */
export function UserMenu() {
  const { t } = useTranslation('shell')
  const navigate = useNavigate()
  const { user } = useSession()
  const { choice, choose } = useTheme()
  const { problem } = useMessages()
  const signOut = useSignOut()
  const name = useUserName()
  return (
    <Menu
      defaultOpen
      checkedValues={{ language: [currentLanguage()], theme: [choice] }}
      onCheckedValueChange={(_, { name: what, checkedItems: [chosen] }) => {
        if (what === 'language' && isLanguage(chosen)) void changeLanguage(chosen)
        const theme = themeChoices.find((one) => one === chosen)
        if (what === 'theme' && theme !== undefined) choose(theme)
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <UserButton name={name} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{user === null ? name : `${user.name} · ${user.email}`}</MenuGroupHeader>
            {user !== null && (
              <MenuItem icon={<PersonAccounts20Regular />} onClick={() => void navigate('/account')}>
                {t('account')}
              </MenuItem>
            )}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t('language')}</MenuGroupHeader>
            {languages.map((language) => (
              <MenuItemRadio key={language} name="language" value={language}>
                {t(`languages.${language}`)}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t('theme')}</MenuGroupHeader>
            {themeChoices.map((theme) => (
              <MenuItemRadio key={theme} name="theme" value={theme}>
                {t(`themes.${theme}`)}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItem
            icon={<SignOut20Regular />}
            onClick={() => signOut.mutate(undefined, { onError: problem })}
          >
            {t('signOut')}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
