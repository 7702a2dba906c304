import {
  Button,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem } from '../api/problem.ts'

interface ProblemText {
  readonly title: string
  readonly detail: string
  readonly code?: string
}

/** What went wrong in words, with the code by which it can be looked up. */
export function useProblemText(): (error: unknown) => ProblemText {
  const { t } = useTranslation('common')
  return useCallback(
    (error) => {
      if (!isProblem(error)) {
        return { title: t('problem.unexpected.title'), detail: t('problem.unexpected.detail') }
      }
      if (error.code === 'unreachable') {
        return { title: t('problem.unreachable.title'), detail: t('problem.unreachable.detail') }
      }
      return { title: error.title, detail: error.message || t('problem.unexpected.detail'), code: error.code }
    },
    [t],
  )
}

/** A failure beside what it is about. Says what happened and what to do; retrying is offered where it makes sense. */
export function ProblemBar({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useTranslation('common')
  const { title, detail, code } = useProblemText()(error)
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle> {detail}{' '}
        {code !== undefined && (
          <Link inline href={`/docs/errors#${code}`} target="_blank" rel="noreferrer">
            {t('problem.code', { code })}
          </Link>
        )}
      </MessageBarBody>
      {onRetry !== undefined && (
        <MessageBarActions>
          <Button size="small" onClick={onRetry}>
            {t('retry')}
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  )
}
