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
import { useLanguageChoice } from '../api/language.ts'
import { nameOf, useSession, useSignOut } from '../api/session.tsx'
import { currentLanguage, isLanguage, languages } from '../i18n/language.ts'
import { useMessages } from '../ui/messages.tsx'
import { themeChoices, useTheme } from './theme.tsx'
import { UserButton, useUserName } from './user-button.tsx'

/** Account, language, theme, sign out. Comes when it is first opened, and is open then. */
export function UserMenu() {
  const { t } = useTranslation(['shell', 'common'])
  const navigate = useNavigate()
  const { user } = useSession()
  const { choice, choose } = useTheme()
  const { problem } = useMessages()
  const chooseLanguage = useLanguageChoice()
  const signOut = useSignOut()
  const name = useUserName()

  function leave(): void {
    // Whoever signs in next begins at the start.
    void navigate('/')
    signOut.mutate(undefined, { onError: problem })
  }

  return (
    <Menu
      defaultOpen
      inline
      checkedValues={{ language: [currentLanguage()], theme: [choice] }}
      onCheckedValueChange={(_, { name: what, checkedItems: [chosen] }) => {
        if (what === 'language' && isLanguage(chosen)) chooseLanguage(chosen)
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
            <MenuGroupHeader>{user === null ? name : `${nameOf(user)} · ${user.email}`}</MenuGroupHeader>
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
                {t(`common:languages.${language}`)}
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
          <MenuItem icon={<SignOut20Regular />} onClick={leave}>
            {t('signOut')}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
