import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import { WebSocketServer } from 'ws'
import { type ServedConnection, serveConnection } from '../amqp/connection.ts'
import type { BrokerServices } from '../amqp/peer.ts'
import type { ByteStream } from '../amqp/rhea.ts'
import { tcpStream, webSocketStream } from '../amqp/streams.ts'
import { handleAtom } from './atom.ts'

export interface Listeners {
  /** HTTP and WebSocket. */
  readonly port: number
  /** Plain AMQP. */
  readonly tcpPort: number
  close(): Promise<void>
}

const WEB_SOCKET_PATH = '/$servicebus/websocket'
const SUBPROTOCOL = 'AMQPWSB10'
/** A client sends frame by frame; no frame is larger than the broker allows, and little is added. */
const MAX_WEB_SOCKET_BYTES = 2 * 1024 * 1024

function listen(server: Server | TcpServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

/** Rejects with the system's error when a port is taken. */
export async function openListeners(
  services: BrokerServices,
  place: { readonly host: string; readonly port: number; readonly tcpPort: number },
): Promise<Listeners> {
  const served = new Set<ServedConnection>()
  const sockets = new Set<Socket>()

  function serve(stream: ByteStream): void {
    const connection = serveConnection(stream, services, () => served.delete(connection))
    served.add(connection)
  }

  const http = createServer((request, response) => void handleAtom(services, request, response))
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_WEB_SOCKET_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  http.on('upgrade', (request, socket, head) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    // A web page on this machine has no business here, and only browsers send an origin.
    if (path !== WEB_SOCKET_PATH || request.headers.origin !== undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
      return
    }
    ;(socket as Socket).setNoDelay(true)
    webSockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocketStream(webSocket)))
  })
  const tcp = createTcpServer((socket) => serve(tcpStream(socket)))
  for (const server of [http, tcp])
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', (cause) => services.log.debug('a socket failed', { cause: String(cause) }))
    })

  const port = await listen(http, place.port, place.host)
  let tcpPort: number
  try {
    tcpPort = await listen(tcp, place.tcpPort, place.host)
  } catch (cause) {
    http.close()
    throw cause
  }

  return {
    port,
    tcpPort,
    async close() {
      const closed = [http, tcp].map((server) => new Promise<void>((done) => server.close(() => done())))
      for (const connection of [...served]) connection.close()
      // One turn for the farewell to be written; those who do not leave then are cut off.
      await new Promise((resolve) => setTimeout(resolve, FAREWELL_MS))
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    },
  }
}

const FAREWELL_MS = 20
