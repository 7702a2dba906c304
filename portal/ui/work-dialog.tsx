import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  ProgressBar,
  tokens,
} from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Column } from './layout.tsx'
import { ProblemBar } from './problem-bar.tsx'
import { formatNumber } from './time.tsx'
import { type Portion, useWork, type Work } from './work.ts'

const useStyles = makeStyles({
  problems: {
    margin: 0,
    paddingLeft: tokens.spacingHorizontalXL,
    maxHeight: '240px',
    overflowY: 'auto',
    overflowWrap: 'anywhere',
  },
  text: { margin: 0 },
})

/**
 * Asks, then does something to many portion by portion, shows how far it is, and says at the end what became of it: for
 * each that did not work, why. What failed on the way can be continued.
 */
export function WorkDialog({
  title,
  children,
  confirm,
  ready = true,
  total,
  step,
  onClose,
}: {
  readonly title: string
  /** The question. */
  readonly children: ReactNode
  /** What the button says. */
  readonly confirm: string
  /** False while the question is not answered yet. */
  readonly ready?: boolean
  /** How many it is about. */
  readonly total: number
  readonly step: (position: string | undefined) => Promise<Portion>
  /** @param anything whether something was done */
  readonly onClose: (anything: boolean) => void
}) {
  const { t } = useTranslation('common')
  const { work, run, stop } = useWork(step)
  const { phase } = work
  function close(): void {
    if (phase !== 'working') onClose(phase !== 'asking')
  }
  return (
    <Dialog open onOpenChange={close} modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            {phase === 'asking' ? children : <Progress work={work} total={Math.max(total, work.total)} />}
          </DialogContent>
          <DialogActions>
            {phase === 'asking' && (
              <Button appearance="primary" disabled={!ready} onClick={() => void run()}>
                {confirm}
              </Button>
            )}
            {phase === 'paused' && (
              <Button appearance="primary" onClick={() => void run()}>
                {t('work.resume')}
              </Button>
            )}
            {phase === 'working' ? (
              <Button onClick={stop}>{t('work.stop')}</Button>
            ) : (
              <Button onClick={close}>{phase === 'asking' ? t('cancel') : t('work.close')}</Button>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

function Progress({ work, total }: { readonly work: Work; readonly total: number }) {
  const { t } = useTranslation('common')
  const styles = useStyles()
  const { phase, changed, unchanged, failed, problems, error } = work
  const done = changed + unchanged + failed
  return (
    <Column>
      {phase !== 'done' && (
        <>
          <p className={styles.text}>
            {t('work.progress', { done: formatNumber(done), total: formatNumber(total) })}
          </p>
          <ProgressBar value={done} max={Math.max(total, 1)} aria-label={t('work.bar')} />
        </>
      )}
      {error !== null && <ProblemBar error={error} />}
      {phase === 'paused' && error === null && <p className={styles.text}>{t('work.paused')}</p>}
      <div role="status">
        {(phase === 'done' || phase === 'paused') && (
          <p className={styles.text}>
            {t('work.result', {
              changed: formatNumber(changed),
              unchanged: formatNumber(unchanged),
              failed: formatNumber(failed),
            })}
          </p>
        )}
      </div>
      {problems.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is scrolled by keyboard, too
        <ul className={styles.problems} aria-label={t('work.problems')} tabIndex={0}>
          {problems.map(({ item, message }) => (
            <li key={item}>
              <strong>{item}</strong>: {message}
            </li>
          ))}
        </ul>
      )}
      {failed > problems.length && (
        <p className={styles.text}>{t('work.moreProblems', { count: failed - problems.length })}</p>
      )}
    </Column>
  )
}
