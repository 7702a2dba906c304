import { useArrowNavigationGroup } from '@fluentui/react-components'

/**
 * Keeps Fluent's keeper of the focus alive as long as the portal is shown. It ends with the last component that uses it: were
 * that a dialog, the page behind would stay hidden from screen readers when the dialog closes.
 */
export function FocusGuard() {
  useArrowNavigationGroup()
  return null
}
