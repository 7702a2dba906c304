import { makeStyles, mergeClasses, Link as TextButton, tokens } from '@fluentui/react-components'
import { useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

const useStyles = makeStyles({
  root: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  short: {
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 2,
    overflow: 'hidden',
  },
})

/** A text of any length in a list: two lines of it, and all of it for who asks. */
export function LongText({ children }: { readonly children: string }) {
  const { t } = useTranslation('common')
  const styles = useStyles()
  const text = useRef<HTMLDivElement>(null)
  const [isCut, setIsCut] = useState(false)
  const [isOpen, setIsOpen] = useState(false)
  useLayoutEffect(() => {
    const { current } = text
    if (current === null) return
    const look = () => setIsCut(current.scrollHeight > current.clientHeight + 1)
    const observer = new ResizeObserver(look)
    look()
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return (
    <>
      <div ref={text} className={mergeClasses(styles.root, !isOpen && styles.short)}>
        {children}
      </div>
      {(isCut || isOpen) && (
        <TextButton as="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {t(isOpen ? 'readLess' : 'readAll')}
        </TextButton>
      )}
    </>
  )
}
