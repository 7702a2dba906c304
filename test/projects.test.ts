import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { slow } from '../vitest.config.ts'

/** What a unit test does without: whatever it tests is in its own process. */
const heavy = /['"](?:node:child_process|playwright-core|azurite)['"]|azurite\.ts['"]/

const slowFiles = new Set(slow.flatMap((pattern) => globSync(pattern)))
const unitFiles = globSync('test/**/*.test.ts').filter((file) => !slowFiles.has(file))

/** Everything of test/ that a file imports, itself included. */
function importsOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file) || !existsSync(file)) return seen
  seen.add(file)
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)) {
    const imported = join(dirname(file), path)
    if (imported.startsWith('test')) importsOf(imported, seen)
  }
  return seen
}

it('a unit test starts no process and no browser', () => {
  const starting = unitFiles.filter((file) =>
    [...importsOf(file)].some((imported) => heavy.test(readFileSync(imported, 'utf8'))),
  )
  expect(starting).toEqual([])
})

it('a pattern of slow tests finds some', () => {
  expect(slow.filter((pattern) => globSync(pattern).length === 0)).toEqual([])
})
