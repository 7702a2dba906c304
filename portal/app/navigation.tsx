import { BookQuestionMark20Regular } from '@fluentui/react-icons/svg/book-question-mark'
import { BracesVariable20Regular } from '@fluentui/react-icons/svg/braces-variable'
import { BuildingMultiple20Regular } from '@fluentui/react-icons/svg/building-multiple'
import { Certificate20Regular } from '@fluentui/react-icons/svg/certificate'
import { ClipboardTask20Regular } from '@fluentui/react-icons/svg/clipboard-task'
import { Code20Regular } from '@fluentui/react-icons/svg/code'
import { History20Regular } from '@fluentui/react-icons/svg/history'
import { Home20Regular } from '@fluentui/react-icons/svg/home'
import { Key20Regular } from '@fluentui/react-icons/svg/key'
import { PersonSettings20Regular } from '@fluentui/react-icons/svg/person-settings'
import { PlugConnected20Regular } from '@fluentui/react-icons/svg/plug-connected'
import type { ParseKeys } from 'i18next'
import type { Session } from '../api/session.tsx'
import type { Entry } from '../ui/area.ts'
import { areas } from './products.ts'

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
      ...areas.flatMap(({ entries }) => entries),
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
