import type { help as leading } from '../de/help.ts'
import type { TextsLike } from '../shape.ts'

export const help: TextsLike<typeof leading> = {
  title: 'Help',
  lead: 'The same texts as in the documentation. The search finds sections by words.',
  search: 'Search the help',
  topics: 'Topics',
  results: 'Found',
  none: 'The help says nothing about this. Try other words.',
  back: 'All topics',
}
