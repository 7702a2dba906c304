import { mkdir } from 'node:fs/promises'
import { type Language, startPortal } from './portal.ts'

// Takes the pictures of README and docs from the demo company: npm run screenshots
const pages = {
  start: '/',
  connectors: '/connectors',
  jobs: '/jobs',
  job: '/jobs/SysSageSync',
  people: '/people',
  users: '/users',
} as const
const languages: readonly Language[] = ['en', 'de']

const portal = await startPortal()
try {
  for (const language of languages) {
    const folder = `docs/images/${language}`
    await mkdir(folder, { recursive: true })
    for (const [name, address] of Object.entries(pages)) {
      const page = await portal.open(address, { language })
      // What is on its way arrives; the live stream stays open, so "nothing under way" never comes.
      await page.waitForFunction(() => document.querySelector('main [role=progressbar]') === null)
      await page.screenshot({ path: `${folder}/${name}.png` })
      await page.close()
      console.log(`${folder}/${name}.png`)
    }
  }
} finally {
  await portal.close()
}
