import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compose } from '../../functions/compose.ts'
import { unmatched } from '../../functions/http/unmatched.ts'
import { silentLogger } from '../../shared/log.ts'

const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md')]
const textOf = (file: string) => readFileSync(file, 'utf8')
const packageJson = JSON.parse(textOf('package.json'))

/** The headings of a document as anchors, the way GitHub makes them. */
const headingsOf = (file: string) =>
  [
    ...textOf(file)
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replace(/\s/g, '-'),
  )

describe('documents', () => {
  it.each(documents)('%s links to files that exist', (file) => {
    for (const [, target = ''] of textOf(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(existsSync(join(dirname(file), target)), `${file} → ${target}`).toBe(true)
    }
  })

  // The portal's help makes the same anchors.
  it.each(documents)('%s has headings of its own, and links to headings that exist', (file) => {
    const own = headingsOf(file)
    expect(own).toEqual([...new Set(own)])
    for (const [, target = '', anchor = ''] of textOf(file).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)) {
      const linked = target === '' ? file : join(dirname(file), target)
      expect(headingsOf(linked), `${file} → ${target}#${anchor}`).toContain(anchor)
    }
  })

  // What is not prose is the same in both languages: a command or table row that one of them lacks is an oversight.
  it.each(globSync('docs/de/*.md'))('%s has what its English twin has', (file) => {
    const bones = (text: string) => ({
      commands: [...text.matchAll(/^```[\s\S]*?^```/gm)].map(([block]) => block.replace(/\s+#.*$/gm, '')),
      headings: text.match(/^#+ /gm)?.length,
      rows: text.match(/^\|/gm)?.length,
    })
    expect(bones(textOf(file))).toEqual(bones(textOf(join('docs', basename(file)))))
  })

  it.each(documents)('%s names npm scripts that exist', (file) => {
    for (const [, script = ''] of textOf(file).matchAll(/npm run ([a-z:]+)/g)) {
      expect(packageJson.scripts, `${file}: npm run ${script}`).toHaveProperty(script)
    }
  })

  it('name endpoints that exist', async () => {
    const { endpoints } = await compose(
      {
        STEG_STORE: 'sqlite::memory:',
        STEG_BUS: 'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=x;SharedAccessKey=eA==',
        STEG_BUS_LISTEN_KEY: 'x',
        STEG_BUS_SEND_KEY: 'x',
        STEG_MASTER_KEY: Buffer.alloc(32).toString('base64'),
        STEG_OPERATOR_TOKEN_HASH: 'x'.repeat(43),
      },
      silentLogger,
    )
    const named = documents.flatMap((file) =>
      [...textOf(file).matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^\s`?]*)/g)].map(
        ([, method = '', path = '']) => ({
          file,
          method,
          path: path.startsWith('/api/v1') ? path : `/api/v1${path}`,
        }),
      ),
    )
    expect(named.length).toBeGreaterThan(5)
    for (const { file, method, path } of named) {
      if (path === '/api/v1/openapi.json') continue
      const { allow = '' } = unmatched(path.replace(/\{\w+\}/g, 'x'), endpoints)
      expect(allow.split(', '), `${file}: ${method} ${path}`).toContain(method)
    }
  })

  it('give a reason for every package', () => {
    const architecture = textOf('ARCHITECTURE.md')
    for (const name of Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies })) {
      if (name.startsWith('@types/')) continue
      expect(architecture, `no reason for ${name}`).toContain(`\`${name}\``)
    }
  })

  it('list every setting of the hub', () => {
    const settings = [...textOf('functions/settings.ts').matchAll(/^ {2}(STEG_\w+):/gm)].map(
      ([, name]) => name,
    )
    expect(settings.length).toBeGreaterThan(4)
    for (const setting of settings) expect(textOf('docs/azure.md')).toContain(`\`${setting}\``)
  })

  it('list every folder of the hub', () => {
    const architecture = textOf('ARCHITECTURE.md')
    for (const folder of globSync('functions/*/')) expect(architecture).toContain(`\`${folder}`)
  })
})
