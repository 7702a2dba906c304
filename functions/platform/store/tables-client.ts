import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import {
  type AzureSASCredential,
  type NamedKeyCredential,
  TableClient,
  TableServiceClient,
  type TableServiceClientOptions,
} from '@azure/data-tables'
import { asciiJson, type DeleteEtags, rewriteBatch } from './tables-batch.ts'

/** A source of Entra ID tokens, such as a managed identity. */
interface TokenSource {
  getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number } | null>
}

/** How to reach and enter a storage account. */
export type TablesAccess =
  | { readonly connectionString: string }
  | { readonly endpoint: string; readonly credential: TokenSource | NamedKeyCredential | AzureSASCredential }

/** Connections left idle are closed after this time, well before the load balancers on the way drop them silently. */
const idleConnectionMs = 30_000

export interface TablesClients {
  /** The client of one table, by its full name. */
  table(name: string): TableClient
  service: TableServiceClient
}

/** Clients that never repeat a request by themselves: whether that is safe is decided where the operation is known. */
export function tablesClients(access: TablesAccess, deleteEtags: DeleteEtags): TablesClients {
  const url = 'connectionString' in access ? access.connectionString : access.endpoint
  const settings = { keepAlive: true, timeout: idleConnectionMs }
  const agents = { http: new HttpAgent(settings), https: new HttpsAgent(settings) }
  const options = (): TableServiceClientOptions => ({
    // Unencrypted only where the configuration says so, as it does for an emulator.
    allowInsecureConnection: /\bhttp:|DefaultEndpointsProtocol=http(;|$)/i.test(url),
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [
      {
        position: 'perCall',
        policy: {
          name: 'stegConnection',
          sendRequest: (request, next) => {
            const encrypted = request.url.startsWith('https:')
            request.agent = encrypted ? agents.https : agents.http
            if (typeof request.body !== 'string') return next(request)
            if (new URL(request.url).pathname.endsWith('/$batch')) {
              const etags =
                request.abortSignal === undefined ? undefined : deleteEtags.get(request.abortSignal)
              request.body = rewriteBatch(request.body, etags ?? new Map())
            } else if (!encrypted) request.body = asciiJson(request.body)
            return next(request)
          },
        },
      },
    ],
  })
  return {
    service: serviceClient(access, options()),
    table: (name) => tableClient(access, name, options()),
  }
}

// The constructors are overloaded by the kind of credential, so each kind is a call of its own.
function tableClient(access: TablesAccess, name: string, options: TableServiceClientOptions): TableClient {
  if ('connectionString' in access)
    return TableClient.fromConnectionString(access.connectionString, name, options)
  const { endpoint, credential } = access
  if ('getToken' in credential) return new TableClient(endpoint, name, credential, options)
  if ('signature' in credential) return new TableClient(endpoint, name, credential, options)
  return new TableClient(endpoint, name, credential, options)
}

function serviceClient(access: TablesAccess, options: TableServiceClientOptions): TableServiceClient {
  if ('connectionString' in access)
    return TableServiceClient.fromConnectionString(access.connectionString, options)
  const { endpoint, credential } = access
  if ('getToken' in credential) return new TableServiceClient(endpoint, credential, options)
  if ('signature' in credential) return new TableServiceClient(endpoint, credential, options)
  return new TableServiceClient(endpoint, credential, options)
}
