import type { common as leading } from '../de/common.ts'
import type { TextsLike } from '../shape.ts'

export const common: TextsLike<typeof leading> = {
  articles: {
    terminalConnection: 'Terminal connection',
    mobileApp: 'Mobile app',
    accessControl: 'Access control',
  },
  back: 'Back',
  readAll: 'Read all',
  readLess: 'Less',
  cancel: 'Cancel',
  copied: 'Copied',
  copy: 'Copy',
  copyWhat: 'Copy {{what}}',
  languages: { de: 'Deutsch', en: 'English' },
  loading: 'Loading …',
  more: 'Show more',
  save: 'Save',
  passwordHint: 'At least 12 characters. Several words are easy to remember and hard to guess.',
  showPassword: 'Show password',
  retry: 'Try again',
  problem: {
    code: 'More about it ({{code}})',
    unexpected: {
      title: 'Unexpected error',
      detail: 'The portal has run into an error. Please reload the page.',
    },
    unreachable: {
      title: 'Steg cannot be reached',
      detail: 'Please check your internet connection and try again.',
    },
  },
  work: {
    bar: 'Progress',
    progress: '{{done}} of {{total}} done',
    paused: 'Stopped. You can go on where it left off.',
    result: 'Changed: {{changed}} · So already: {{unchanged}} · Not possible: {{failed}}',
    problems: 'What was not possible',
    moreProblems_one: 'and one more',
    moreProblems_other: 'and {{count}} more',
    resume: 'Continue',
    stop: 'Stop',
    close: 'Close',
  },
}
