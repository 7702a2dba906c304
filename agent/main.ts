#!/usr/bin/env node
import process from 'node:process'
import { freeBuffersSoon, staySmall } from './memory.ts'

/** node:sqlite needs no flag from here on. */
const [MAJOR, MINOR] = [22, 13]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > MAJOR || (major === MAJOR && minor >= MINOR)) {
  staySmall()
  freeBuffersSoon(major)
  const { runCommandLine } = await import('./commands/program.ts')
  await runCommandLine()
} else {
  process.stderr.write(
    `The agent needs Node.js ${MAJOR}.${MINOR} or newer, and this is ${process.versions.node}.\n`,
  )
  process.exitCode = 1
}
