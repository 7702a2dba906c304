import {
  ServiceBusAdministrationClient,
  ServiceBusClient,
  type ServiceBusClientOptions,
} from '@azure/service-bus'
import WebSocket from 'ws'

/** The Service Bus client always dials `wss:`; the local broker speaks plain `ws:`. */
class PlainWebSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[], options?: WebSocket.ClientOptions) {
    super(String(url).replace(/^wss:/, 'ws:'), protocols, options)
  }
}

export const webSocketOptions = { webSocket: PlainWebSocket }

/** Fails fast, as tests want it. */
export const noRetries = { retryOptions: { maxRetries: 0, timeoutInMs: 10_000 } }

export function webSocketClient(connectionString: string, options: ServiceBusClientOptions = noRetries) {
  return new ServiceBusClient(connectionString, { ...options, webSocketOptions })
}

export function tcpClient(connectionString: string, options: ServiceBusClientOptions = noRetries) {
  return new ServiceBusClient(connectionString, options)
}

/** The administration client always dials `https:`. */
const plainHttp: Parameters<ServiceBusAdministrationClient['pipeline']['addPolicy']>[0] = {
  name: 'plainHttp',
  sendRequest(request, next) {
    request.url = request.url.replace(/^https:/, 'http:')
    request.allowInsecureConnection = true
    return next(request)
  },
}

export function administrationClient(connectionString: string) {
  const client = new ServiceBusAdministrationClient(connectionString, { retryOptions: { maxRetries: 0 } })
  client.pipeline.addPolicy(plainHttp)
  return client
}
