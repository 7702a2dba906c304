import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { products } from '../../functions/compose/products.ts'
import { isPortalAddress } from '../../functions/portal/rules/addresses.ts'

const pages = products.flatMap((product) => product.pages)
const routers = ['portal/app/router.tsx', ...globSync('portal/*/area.tsx')].map((file) =>
  readFileSync(file, 'utf8'),
)
const router = routers.join('\n')
const paths = [...router.matchAll(/path: '(\/[^']*)'/g)].map(([, path = '']) => path)

it.each(['/', ...paths])('the hub answers %s with the portal', (path) => {
  expect(isPortalAddress(path, pages)).toBe(true)
})

it.each(['/nowhere', '/job', '/api', '/api/v1/jobs', '/docs/api', '/assets/x.js'])('not %s', (path) => {
  expect(isPortalAddress(path, pages)).toBe(false)
})

it('knows all paths of the router', () => {
  expect(paths.length).toBeGreaterThan(15)
  expect(router.match(/lazy:/g)?.length).toBe(paths.length + 1)
})
