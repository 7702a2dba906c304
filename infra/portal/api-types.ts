import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'
import { compose } from '../../functions/compose.ts'
import { openApiDocument } from '../../functions/http/openapi.ts'
import { silentLogger } from '../../shared/log.ts'

// Writes portal/api/schema.d.ts, the types of the portal's client, from the hub's endpoints: npm run api-types
const target = new URL('../../portal/api/schema.d.ts', import.meta.url)

/** Nothing of it is called; only what the endpoints say about themselves is read. */
const hub = await compose(
  {
    STEG_STORE: 'sqlite::memory:',
    STEG_BUS:
      'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=hub;SharedAccessKey=eA==;UseDevelopmentEmulator=true',
    STEG_BUS_LISTEN_KEY: 'x',
    STEG_BUS_SEND_KEY: 'x',
    STEG_MASTER_KEY: Buffer.alloc(32).toString('base64'),
    STEG_OPERATOR_TOKEN_HASH: 'x'.repeat(43),
  },
  silentLogger,
)
const document = openApiDocument(hub.endpoints, '0')
await hub.close()

const nodes = await openapiTS(JSON.stringify(document), { defaultNonNullable: false })
const text = `// Made from the hub's endpoints by npm run api-types. Not kept in the repository.\n\n${astToString(nodes)}`
if (current() !== text) writeFileSync(target, text)

function current(): string | undefined {
  try {
    return readFileSync(target, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
