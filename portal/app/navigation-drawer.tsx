import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  OverlayDrawer,
} from '@fluentui/react-components'
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss'
import { useTranslation } from 'react-i18next'
import { NavigationList } from './navigation-list.tsx'

/** The navigation over the page, where there is no room beside it. */
export function NavigationDrawer({
  open,
  onClose,
}: {
  readonly open: boolean
  readonly onClose: () => void
}) {
  const { t } = useTranslation('shell')
  return (
    <OverlayDrawer open={open} onOpenChange={onClose} size="small" aria-label={t('navigation')}>
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              icon={<Dismiss20Regular />}
              aria-label={t('closeNavigation')}
              onClick={onClose}
            />
          }
        >
          Steg
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <nav aria-label={t('navigation')}>
          <NavigationList onGo={onClose} />
        </nav>
      </DrawerBody>
    </OverlayDrawer>
  )
}
