import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { searchIn } from '../../portal/help/search.ts'
import { topicOf } from '../../portal/help/topic.ts'

const topic = topicOf(
  'bookings',
  `# Zeitbuchungen

Wie sie nach Sage kommen.

## Wenn es \`keine\` Antwort gibt
Siehe [Personen](admin.md#personen) und die [Referenz](http://127.0.0.1:7071/docs/api). <script>alert(1)</script>

\`\`\`sh
curl "$HUB" <file
\`\`\`

## Übergabe an die Straße
Text
`,
)

describe('a document as a page', () => {
  it('has its first heading as title, and anchors for the others', () => {
    expect(topic.title).toBe('Zeitbuchungen')
    expect(topic.html).not.toContain('<h1')
    expect(topic.html).toContain('<h2 id="wenn-es-keine-antwort-gibt">')
    expect(topic.sections.map(({ anchor }) => anchor)).toEqual([
      '',
      'wenn-es-keine-antwort-gibt',
      'übergabe-an-die-straße',
    ])
  })

  it('leads to other documents in the portal, and to the hub it comes from', () => {
    expect(topic.html).toContain('href="/help/admin#personen"')
    expect(topic.html).toContain('href="/docs/api"')
  })

  it('shows code as it is written', () => {
    expect(topic.html).toContain('curl "$HUB" &lt;file')
  })
})

describe('the search in the help', () => {
  const search = searchIn([topic])

  it.each(['übergabe', 'uebergabe', 'Ubergabe', 'straße', 'strasse', 'Überg', 'Ubergaba'])(
    'finds "%s"',
    (word) => {
      expect(search(word)[0]?.to).toBe('/help/bookings#übergabe-an-die-straße')
    },
  )

  it('wants all words, and says so when there is nothing', () => {
    expect(search('keine Antwort')).toHaveLength(1)
    expect(search('keine Telefonanlage')).toEqual([])
  })
})

it('every link between documents leads to a document and a heading that is there', () => {
  for (const folder of ['docs', 'docs/de']) {
    const topics = globSync(`${folder}/*.md`).map((file) =>
      topicOf(basename(file, '.md'), readFileSync(file, 'utf8')),
    )
    for (const { name, html } of topics) {
      for (const [, target = '', anchor] of html.matchAll(/href="\/help\/([a-z-]+)(?:#([^"]*))?"/g)) {
        const found = topics.find((one) => one.name === target)
        expect(found, `${folder}/${name}: ${target}`).toBeDefined()
        if (anchor !== undefined && target !== 'errors') {
          expect(
            found?.sections.map((section) => section.anchor),
            `${folder}/${name}`,
          ).toContain(anchor)
        }
      }
    }
  }
})
