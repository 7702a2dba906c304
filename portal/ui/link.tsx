import {
  Button,
  type ButtonProps,
  Link as FluentLink,
  type LinkProps as FluentLinkProps,
} from '@fluentui/react-components'
import type { MouseEvent, ReactNode } from 'react'
import { useHref, useNavigate } from 'react-router'

/** A click that the browser itself has a meaning for: new tab, new window, download. */
function isForBrowser(event: MouseEvent): boolean {
  return event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
}

function useGo(to: string): { href: string; onClick: (event: MouseEvent) => void } {
  const navigate = useNavigate()
  const href = useHref(to)
  return {
    href,
    onClick(event) {
      if (isForBrowser(event)) return
      event.preventDefault()
      void navigate(to)
    },
  }
}

/** A link to another page of the portal. */
export function Link({ to, ...more }: FluentLinkProps & { readonly to: string; readonly as?: 'a' }) {
  return <FluentLink {...more} {...useGo(to)} />
}

/** A link to another page of the portal that looks like a button. */
export function LinkButton({
  to,
  ...more
}: Pick<ButtonProps, 'appearance' | 'icon' | 'size'> & {
  readonly to: string
  readonly children: ReactNode
}) {
  return <Button as="a" {...more} {...useGo(to)} />
}
