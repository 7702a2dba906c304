import { Marked, type Tokens } from 'marked'

/** One document: its first heading, and its text as HTML. */
export interface Topic {
  readonly name: string
  readonly title: string
  readonly html: string
  /** The parts between headings, in order, as plain words. */
  readonly sections: readonly Section[]
}

export interface Section {
  /** Where it stands on the page; empty for what comes before the first heading below the title. */
  readonly anchor: string
  readonly heading: string
  readonly text: string
}

/** Turns a document into a page: anchors for its headings, links to other documents and to the hub's own pages. */
export function topicOf(name: string, markdown: string): Topic {
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${anchorOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      link({ href, tokens }) {
        return `<a href="${addressOf(href)}">${this.parser.parseInline(tokens)}</a>`
      },
      // Pictures show the portal to those who are not in it.
      image: () => '',
      // A table that is wider than a phone scrolls by itself; what scrolls can be reached by keyboard.
      code({ text }) {
        return `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`
      },
    },
  })
  const tokens = marked.lexer(markdown)
  const first = tokens.find((token): token is Tokens.Heading => token.type === 'heading' && token.depth === 1)
  const rest = tokens.filter((token) => token !== first)
  return {
    name,
    title: first?.text ?? name,
    html: marked.parser(rest),
    sections: sectionsOf(rest),
  }
}

function sectionsOf(tokens: readonly { type: string; raw: string }[]): readonly Section[] {
  const sections: { anchor: string; heading: string; text: string }[] = []
  for (const token of tokens) {
    if (token.type === 'heading') {
      const { text } = token as Tokens.Heading
      sections.push({ anchor: anchorOf(text), heading: plain(text), text: '' })
    } else {
      if (sections.length === 0) sections.push({ anchor: '', heading: '', text: '' })
      const section = sections[sections.length - 1]
      if (section !== undefined) section.text += `${plain(token.raw)} `
    }
  }
  return sections
}

/** As GitHub does, so that the same link works there and here. */
function anchorOf(heading: string): string {
  return plain(heading)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

/** Links between documents lead to their pages here; those to a local hub lead to this one. */
function addressOf(href: string): string {
  const document = /^(?:\.\.\/|de\/)?([a-z-]+)\.md(#.*)?$/.exec(href)
  if (document !== null) return `/help/${document[1]}${document[2] ?? ''}`
  return href.replace(/^http:\/\/127\.0\.0\.1:7071/, '')
}

/** Words without the marks of Markdown. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*|>#]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
