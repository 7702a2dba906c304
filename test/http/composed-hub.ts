import { compose } from '../../functions/compose.ts'
import { hashSecret } from '../../functions/tenancy/secret-hash.ts'
import { silentLogger } from '../../shared/log.ts'

export const OPERATOR_TOKEN = 'operator-token'

/** The settings of a hub of which all but the store is out of reach. @param file of its store; without one it is in memory */
export const hubSettings = (file = ':memory:') => ({
  STEG_STORE: `sqlite:${file}`,
  STEG_BUS:
    'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=hub;SharedAccessKey=eA==;UseDevelopmentEmulator=true',
  STEG_BUS_LISTEN_KEY: 'x',
  STEG_BUS_SEND_KEY: 'x',
  STEG_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  STEG_OPERATOR_TOKEN_HASH: hashSecret(OPERATOR_TOKEN),
})

/** The whole hub in this process. @param products those that it has; without them its own */
export function composeHub(file?: string, products?: Parameters<typeof compose>[2]) {
  return compose(hubSettings(file), silentLogger, products)
}
export type ComposedHub = Awaited<ReturnType<typeof composeHub>>
