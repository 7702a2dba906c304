import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { compose } from '../../functions/compose.ts'
import { createKeyRing } from '../../functions/platform/secrets/key-ring.ts'
import { createVault } from '../../functions/platform/secrets/vault.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { MASTER_KEYS, masterKeysTable } from '../../functions/tenancy/master-keys/rows.ts'
import { TENANT_KEY, tenantsTable } from '../../functions/tenancy/rows.ts'
import { createTenantSeal } from '../../functions/tenancy/seal.ts'
import { silentLogger } from '../../shared/log.ts'
import { systemRandom } from '../../shared/random.ts'
import { runProgram, startTestPlatform, temporaryFolder } from './platform.ts'
import { apiOf, createTenant, setVariables } from './tenant.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

it('the master key of a laptop is changed by one start, and the old one goes when nothing needs it', async () => {
  const folder = await temporaryFolder()
  cleanups.push(folder.remove)
  const data = join(folder.path, 'data')
  const start = async (...args: string[]) => {
    const platform = await startTestPlatform(data, ['--no-demo', ...args])
    cleanups.push(() => platform.program.end('SIGKILL'))
    return platform
  }
  const secrets = async () => JSON.parse(await readFile(join(data, 'secrets.json'), 'utf8'))
  const view = async ({ url, operatorToken }: Awaited<ReturnType<typeof start>>) =>
    (await apiOf(url, operatorToken)('GET', '/master-keys')).body
  /** What a hub with these keys reads. */
  async function readPassword(tenantId: string, keys: readonly string[]): Promise<string> {
    const store = openSqliteStore({ file: join(data, 'store.db') })
    try {
      const ring = createKeyRing(
        keys.map((key) => Buffer.from(key, 'base64')),
        systemRandom,
      )
      const tenants = tenantsTable.bind(store)
      const wrappedKeyOf = async () => (await tenants.get(tenantId, TENANT_KEY))?.value.wrappedKey ?? ''
      const seal = createTenantSeal({ vault: createVault(ring, systemRandom), wrappedKeyOf })
      const row = await store.get('Variables', tenantId, 'Mandant.Sage.Password')
      return await seal.open(tenantId, 'Mandant.Sage.Password', String(row?.values.value))
    } finally {
      store.close()
    }
  }

  const first = await start()
  const tenant = await createTenant(first)
  await setVariables(tenant.api, { 'Mandant.Sage.Password': 'ganz geheim' })
  const { masterKey: old } = await secrets()
  await first.program.end('SIGTERM')

  // A folder of before keeps one key; a change adds another one in front of it.
  const second = await start('--change-master-key')
  const changed = await secrets()
  expect(changed).toMatchObject({ olderMasterKeys: [old] })
  expect(changed.masterKey).not.toBe(old)
  expect((await view(second)).keys).toMatchObject([
    { current: true, state: 'in-use' },
    { current: false, state: 'in-use' },
  ])
  await createTenant(second, 'Später')
  await second.program.end('SIGTERM')

  // The minute's timer does the rest, ten minutes after the old key was last used: here at once, as if they had passed.
  const store = openSqliteStore({ file: join(data, 'store.db') })
  const keys = masterKeysTable.bind(store)
  for (const { key, value } of (await keys.query(MASTER_KEYS)).rows) {
    await keys.put(MASTER_KEYS, key, { ...value, lastUsedAt: 1 }, { kind: 'any' })
  }
  store.close()
  const hub = await compose(
    {
      STEG_STORE: `sqlite:${join(data, 'store.db')}`,
      STEG_BUS:
        'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=hub;SharedAccessKey=eA==;UseDevelopmentEmulator=true',
      STEG_BUS_LISTEN_KEY: 'x',
      STEG_BUS_SEND_KEY: 'x',
      STEG_MASTER_KEY: `${changed.masterKey}, ${old}`,
      STEG_OPERATOR_TOKEN_HASH: 'x'.repeat(43),
    },
    silentLogger,
  )
  await hub.rewrapKeys()
  await hub.close()

  const third = await start()
  await third.program.line('master-keys-removed')
  expect(await secrets()).not.toHaveProperty('olderMasterKeys')
  expect((await view(third)).rewrapping).toMatchObject({
    state: 'settled',
    looked: 2,
    rewrapped: 1,
    failed: 0,
  })
  await third.program.end('SIGTERM')
  expect(await readPassword(tenant.id, [changed.masterKey])).toBe('ganz geheim')
  await expect(readPassword(tenant.id, [old])).rejects.toMatchObject({ code: 'master-key-missing' })

  const fourth = await start()
  expect((await apiOf(fourth.url, tenant.token)('GET', '/variables')).status).toBe(200)
  expect((await view(fourth)).keys).toMatchObject([
    { current: true, state: 'in-use' },
    { given: false, state: 'retired' },
  ])
  await fourth.program.end('SIGTERM')

  // A key that does not fit: no start, and the words say which one is wanted.
  await writeFile(join(data, 'secrets.json'), JSON.stringify({ ...(await secrets()), masterKey: old }))
  const wrong = runProgram('infra/local/main.js', ['--json', '--port', '0', '--data', data, '--no-demo'])
  expect(await wrong.end(0 as never)).toBe(1)
  expect(wrong.errors()).toMatch(
    /^Steg could not start: hub could not start .*The data want the master key [0-9a-f]{8}, and the hub was given [0-9a-f]{8}\..*secrets\.json.*\n$/,
  )
})
