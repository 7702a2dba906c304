import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components'
import { MoreHorizontal20Regular } from '@fluentui/react-icons/svg/more-horizontal'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { useReadAgain } from '../api/read-again.ts'
import { useMay } from '../api/session.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useMessages } from '../ui/messages.tsx'
import { EditUserDialog, nameOf, type User } from './user-dialogs.tsx'

/** What an admin can do with a user. */
export function UserMenu({ user }: { readonly user: User }) {
  const { t } = useTranslation('access')
  const { done, problem } = useMessages()
  const readAgain = useReadAgain('/api/v1/users')
  const mayWrite = useMay()('users:write')
  const [open, setOpen] = useState<'edit' | 'remove'>()
  const params = { path: { id: user.id } }
  const isInvited = user.state === 'invited' || user.state === 'expired'
  const lock = useMutation({
    mutationFn: (locked: boolean) =>
      answerOf(client.PATCH('/api/v1/users/{id}', { params, body: { locked } })),
    onSuccess: () => done(t('users.saved')),
    onError: problem,
    onSettled: readAgain,
  })
  const again = useMutation({
    mutationFn: () => answerOf(client.POST('/api/v1/users/{id}/invitation', { params })),
    onSuccess: () => done(t('users.sentAgain')),
    onError: problem,
    onSettled: readAgain,
  })
  async function remove(): Promise<void> {
    await answerOf(client.DELETE('/api/v1/users/{id}', { params }))
    done(t('users.removed'))
    void readAgain()
  }
  if (!mayWrite) return null
  const name = nameOf(user)
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            appearance="subtle"
            icon={<MoreHorizontal20Regular />}
            aria-label={t('users.actionsFor', { name })}
          />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem onClick={() => setOpen('edit')}>{t('users.edit')}</MenuItem>
            {isInvited ? (
              <MenuItem onClick={() => again.mutate()}>{t('users.again')}</MenuItem>
            ) : (
              <MenuItem onClick={() => lock.mutate(user.state !== 'locked')}>
                {user.state === 'locked' ? t('users.unlock') : t('users.lock')}
              </MenuItem>
            )}
            <MenuItem onClick={() => setOpen('remove')}>
              {isInvited ? t('users.withdraw') : t('users.remove')}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {open === 'edit' && <EditUserDialog user={user} onClose={() => setOpen(undefined)} />}
      <ConfirmDialog
        open={open === 'remove'}
        onClose={() => setOpen(undefined)}
        title={t('users.removeTitle', { name })}
        confirm={isInvited ? t('users.withdraw') : t('users.remove')}
        onConfirm={remove}
      >
        {t('users.removeText')}
      </ConfirmDialog>
    </>
  )
}
