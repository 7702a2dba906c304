import { Button, makeStyles, tokens } from '@fluentui/react-components'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Loaded } from './page.tsx'

const useStyles = makeStyles({
  more: { display: 'flex', justifyContent: 'center', padding: tokens.spacingVerticalS },
})

interface PageOf<T> {
  readonly items: readonly T[]
  readonly cursor: string | null
}

/** The pages of a list read so far as one, with a button for the next while there is one. */
export function Pages<T>({
  query,
  empty,
  children,
}: {
  readonly query: UseInfiniteQueryResult<InfiniteData<PageOf<T>>>
  /** Shown instead when there is nothing at all. */
  readonly empty: ReactNode
  readonly children: (rows: readonly T[]) => ReactNode
}) {
  const { t } = useTranslation('common')
  const styles = useStyles()
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const rows = pages.flatMap(({ items }) => items)
        if (rows.length === 0) return empty
        return (
          <>
            {children(rows)}
            {query.hasNextPage && (
              <div className={styles.more}>
                <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {query.isFetchingNextPage ? t('loading') : t('more')}
                </Button>
              </div>
            )}
          </>
        )
      }}
    </Loaded>
  )
}
