import process from 'node:process'

/** node:sqlite needs no flag from here on. */
const [MAJOR, MINOR] = [22, 13]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > MAJOR || (major === MAJOR && minor >= MINOR)) {
  await import('./run.ts')
} else {
  process.stderr.write(
    `Steg needs Node.js ${MAJOR}.${MINOR} or newer, and this is ${process.versions.node}. "npm start" brings one along.\n`,
  )
  process.exitCode = 1
}
