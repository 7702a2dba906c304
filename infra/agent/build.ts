import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { noticesOf } from './notices.ts'

/**
 * Bundles the agent into one file that plain Node.js runs, for `GET /downloads/agent`: what an admin takes to the machine
 * next to Sage needs no npm and no registry there.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const FILE = 'steg-agent.mjs'

const output = await build({
  root,
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'agent/main.ts',
    target: 'node22',
    write: false,
    rolldownOptions: {
      // Faster, and native: `ws` does without them.
      external: ['bufferutil', 'utf-8-validate'],
      output: { entryFileNames: FILE, codeSplitting: false, comments: { legal: false } },
    },
  },
})

const [bundle] = Array.isArray(output) ? output : [output]
const [chunk, ...others] = bundle !== undefined && 'output' in bundle ? bundle.output : []
if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('the agent did not become one file')
const { version } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'))
const [first = '', ...rest] = chunk.code.split('\n')
const lines = first.startsWith('#!') ? rest : [first, ...rest]
const text = [
  '#!/usr/bin/env node',
  `// Steg agent ${version}. The licences of the packages in this file are at its end.`,
  ...lines,
  await noticesOf(chunk.moduleIds, root),
].join('\n')

const folder = `${root}/dist/downloads`
await mkdir(folder, { recursive: true })
await writeFile(`${folder}/${FILE}`, text)
await chmod(`${folder}/${FILE}`, 0o755)
const manifest = {
  version,
  file: FILE,
  bytes: Buffer.byteLength(text),
  sha256: createHash('sha256').update(text).digest('hex'),
}
await writeFile(`${folder}/agent.json`, `${JSON.stringify(manifest)}\n`)
