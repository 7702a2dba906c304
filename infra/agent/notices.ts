import { readdir, readFile } from 'node:fs/promises'

const LICENCE_FILE = /^(licen[cs]e|notice|copying)/i

/** The licences of every package that modules of a bundle come from, as one comment. */
export async function noticesOf(modules: readonly string[], root: string): Promise<string> {
  const folders = new Set(modules.flatMap((module) => packageFolder(module) ?? []))
  const notices = await Promise.all([...folders].sort().map(noticeOf))
  const text = notices.join(`\n\n${'-'.repeat(80)}\n`)
  if (text.includes(root)) throw new Error('a notice names a folder of this machine')
  return `/*\nThis file contains these packages:\n\n${text.replaceAll('*/', '* /')}\n*/\n`
}

/** `…/node_modules/name` or `…/node_modules/@scope/name`, the innermost one. */
function packageFolder(module: string): string | undefined {
  return /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module.replaceAll('\\', '/'))?.[1]
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'))
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).sort()
  const texts = await Promise.all(
    files.map(async (file) => (await readFile(`${folder}/${file}`, 'utf8')).trim()),
  )
  return [`${name} ${version} (${license})`, ...texts].join('\n\n')
}
