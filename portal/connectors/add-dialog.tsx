import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Tab,
  TabList,
  tokens,
} from '@fluentui/react-components'
import { ArrowDownload20Regular } from '@fluentui/react-icons/svg/arrow-download'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerOf, client } from '../api/client.ts'
import { Code } from '../ui/code.tsx'
import { ProblemBar } from '../ui/problem-bar.tsx'
import { Time } from '../ui/time.tsx'
import { Arrival } from './arrival.tsx'
import { AGENT_DOWNLOAD, AGENT_FILE, commands, likelySystem, systems } from './commands.ts'

const useStyles = makeStyles({
  surface: { maxWidth: '760px' },
  steps: {
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    counterReset: 'step',
    display: 'grid',
    gap: tokens.spacingVerticalXL,
  },
  step: {
    counterIncrement: 'step',
    display: 'grid',
    gridTemplateColumns: '28px minmax(0, 1fr)',
    columnGap: tokens.spacingHorizontalM,
    '::before': {
      content: 'counter(step)',
      display: 'grid',
      placeItems: 'center',
      width: '28px',
      height: '28px',
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorBrandBackground2,
      color: tokens.colorBrandForeground2,
      fontWeight: tokens.fontWeightSemibold,
    },
  },
  content: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'stretch',
    gap: tokens.spacingVerticalS,
    minWidth: 0,
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, lineHeight: '28px' },
  text: { margin: 0, color: tokens.colorNeutralForeground2 },
  button: { alignSelf: 'flex-start' },
})

/** Leads from nothing to a connected agent: download, access token, command, and the moment it connects. */
export function AddDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('connectors')
  const styles = useStyles()
  const queries = useQueryClient()
  const [system, setSystem] = useState(likelySystem)
  const token = useMutation({
    mutationFn: () => answerOf(client.POST('/api/v1/access-tokens', { body: { kind: 'agent-enrolment' } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['/api/v1/access-tokens'] }),
  })
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{t('add.title')}</DialogTitle>
          <DialogContent>
            <ol className={styles.steps}>
              <Step title={t('add.download.title')}>
                <p className={styles.text}>{t('add.download.text')}</p>
                <Button
                  as="a"
                  className={styles.button}
                  href={AGENT_DOWNLOAD}
                  download={AGENT_FILE}
                  icon={<ArrowDownload20Regular />}
                >
                  {t('add.download.do')}
                </Button>
              </Step>
              <Step title={t('add.token.title')}>
                {token.data === undefined ? (
                  <>
                    <p className={styles.text}>{t('add.token.text')}</p>
                    <Button
                      className={styles.button}
                      appearance="primary"
                      disabled={token.isPending}
                      onClick={() => token.mutate()}
                    >
                      {t('add.token.do')}
                    </Button>
                  </>
                ) : (
                  <>
                    <p className={styles.text}>
                      {t('add.token.once')} <Time iso={token.data.expiresAt} />
                    </p>
                    <Code text={token.data.secret} what={t('add.token.title')} />
                  </>
                )}
                {token.error !== null && <ProblemBar error={token.error} />}
              </Step>
              {token.data !== undefined && (
                <>
                  <Step title={t('add.command.title')}>
                    <p className={styles.text}>{t('add.command.text')}</p>
                    <TabList
                      selectedValue={system}
                      onTabSelect={(_, { value }) => setSystem(asSystem(value))}
                    >
                      {systems.map((one) => (
                        <Tab key={one} value={one}>
                          {t(`system.${one}`)}
                        </Tab>
                      ))}
                    </TabList>
                    <Code
                      text={commands[system]({ hub: window.location.origin, token: token.data.secret })}
                      what={t('add.command.title')}
                    />
                  </Step>
                  <Step title={t('add.wait.title')}>
                    <Arrival tokenId={token.data.id} />
                  </Step>
                </>
              )}
            </ol>
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t('add.close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

function Step({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  const styles = useStyles()
  return (
    <li className={styles.step}>
      <div className={styles.content}>
        <h3 className={styles.title}>{title}</h3>
        {children}
      </div>
    </li>
  )
}

function asSystem(value: unknown) {
  return systems.find((one) => one === value) ?? 'linux'
}
