import { describe, expect, it } from 'vitest'
import { matches, searchText, wantedWords } from '../../../functions/hr/people/rules/search.ts'

const people = [
  {
    firstName: 'Jörg',
    lastName: 'Müller',
    email: 'joerg@example.org',
    externalToken: '1_7',
    identMedia: ['04A7-19'],
    groups: ['g1'],
  },
  { firstName: 'Zoë', lastName: 'Groß', externalToken: '2_11', identMedia: [], groups: [] },
  {
    firstName: 'Karl',
    lastName: 'Schäfer'.normalize('NFD'),
    externalToken: '4_1',
    identMedia: [],
    groups: [],
  },
  { firstName: 'Gabi', lastName: 'Gehalt', externalToken: '3_4', identMedia: [], groups: ['g2'] },
]
const groupNames = new Map([
  ['g1', 'Lager'],
  ['g2', 'Büro'],
])
const find = (search: string) =>
  people
    .filter((person) => matches(searchText(person), person.groups, wantedWords(search, groupNames)))
    .map(({ externalToken }) => externalToken)

describe('search of people (A8)', () => {
  it.each([
    ['müller', ['1_7']],
    ['MUELLER', ['1_7']],
    ['muller', ['1_7']],
    ['gross', ['2_11']],
    ['groß', ['2_11']],
    ['zoe', ['2_11']],
    ['gabi gehalt', ['3_4']],
    ['gehalt, gabi', ['3_4']],
    ['3_4', ['3_4']],
    ['buero', ['3_4']],
    ['lager jörg', ['1_7']],
    ['schäfer', ['4_1']],
    ['SCHAEFER', ['4_1']],
    ['schafer', ['4_1']],
    ['müller'.normalize('NFD'), ['1_7']],
    ['04a7', ['1_7']],
    ['gabi müller', []],
    ['', ['1_7', '2_11', '4_1', '3_4']],
  ])('%s', (search, expected) => {
    expect(find(search)).toEqual(expected)
  })
})
