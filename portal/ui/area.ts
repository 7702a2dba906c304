import type { ParseKeys } from 'i18next'
import type { ComponentType } from 'react'
import type { RouteObject } from 'react-router'
import type { LiveTopics } from '../api/live.tsx'
import type { Right } from '../api/session.tsx'

/** One line of the navigation. */
export interface Entry {
  readonly to: string
  readonly text: ParseKeys<'shell'>
  readonly icon: ComponentType
  /** Who has it sees the entry. */
  readonly right?: Right
  /** Outside the portal's own pages. */
  readonly external?: true
}

/** What a product adds to the portal; the pages themselves lie in its folder. */
export interface Area {
  /** Absolute paths. A page's file exports `Component` and is loaded when it is first shown. */
  readonly routes: readonly RouteObject[]
  /** For the first section of the navigation, behind the jobs. */
  readonly entries: readonly Entry[]
  readonly live?: LiveTopics
}
