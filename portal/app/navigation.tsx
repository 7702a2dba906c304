import { BookQuestionMark20Regular } from '@fluentui/react-icons/svg/book-question-mark'
import { BracesVariable20Regular } from '@fluentui/react-icons/svg/braces-variable'
import { BuildingMultiple20Regular } from '@fluentui/react-icons/svg/building-multiple'
import { Certificate20Regular } from '@fluentui/react-icons/svg/certificate'
import { ClipboardTask20Regular } from '@fluentui/react-icons/svg/clipboard-task'
import { Clock20Regular } from '@fluentui/react-icons/svg/clock'
import { Code20Regular } from '@fluentui/react-icons/svg/code'
import { History20Regular } from '@fluentui/react-icons/svg/history'
import { Home20Regular } from '@fluentui/react-icons/svg/home'
import { Key20Regular } from '@fluentui/react-icons/svg/key'
import { People20Regular } from '@fluentui/react-icons/svg/people'
import { PersonSettings20Regular } from '@fluentui/react-icons/svg/person-settings'
import { PlugConnected20Regular } from '@fluentui/react-icons/svg/plug-connected'
import type { ParseKeys } from 'i18next'
import type { ComponentType } from 'react'
import type { Right, Session } from '../api/session.tsx'

export interface Entry {
  readonly to: string
  readonly text: ParseKeys<'shell'>
  readonly icon: ComponentType
  /** Who has it sees the entry. */
  readonly right?: Right
  /** Outside the portal's own pages. */
  readonly external?: true
}

export interface Section {
  readonly title?: ParseKeys<'shell'>
  readonly entries: readonly Entry[]
}

const help: Section = {
  title: 'section.help',
  entries: [
    { to: '/help', text: 'entry.help', icon: BookQuestionMark20Regular },
    { to: '/docs/api', text: 'entry.reference', icon: Code20Regular, external: true },
  ],
}

const tenant: readonly Section[] = [
  {
    entries: [
      { to: '/', text: 'entry.start', icon: Home20Regular },
      { to: '/variables', text: 'entry.variables', icon: BracesVariable20Regular, right: 'variables:read' },
      { to: '/connectors', text: 'entry.connectors', icon: PlugConnected20Regular, right: 'agents:read' },
      { to: '/jobs', text: 'entry.jobs', icon: ClipboardTask20Regular, right: 'jobs:read' },
      { to: '/people', text: 'entry.people', icon: People20Regular, right: 'people:read' },
      { to: '/bookings', text: 'entry.bookings', icon: Clock20Regular, right: 'bookings:read' },
    ],
  },
  {
    title: 'section.administration',
    entries: [
      { to: '/users', text: 'entry.users', icon: PersonSettings20Regular, right: 'users:read' },
      { to: '/tokens', text: 'entry.tokens', icon: Key20Regular, right: 'tokens:read' },
      { to: '/audit', text: 'entry.audit', icon: History20Regular, right: 'audit:read' },
      { to: '/licence', text: 'entry.licence', icon: Certificate20Regular, right: 'licence:read' },
    ],
  },
  help,
]

const operator: readonly Section[] = [
  { entries: [{ to: '/tenants', text: 'entry.tenants', icon: BuildingMultiple20Regular }] },
  help,
]

/** What whoever is signed in may go to; sections of which nothing is left are left out. */
export function navigationFor({ kind, rights }: Session): readonly Section[] {
  return (kind === 'operator' ? operator : tenant)
    .map((section) => ({
      ...section,
      entries: section.entries.filter(({ right }) => right === undefined || rights.includes(right)),
    }))
    .filter(({ entries }) => entries.length > 0)
}
