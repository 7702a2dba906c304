import { ServiceBusAdministrationClient } from '@azure/service-bus'

/** Creates and deletes queues. The client always dials `https:`; on loopback the broker speaks plain HTTP. */
export function openAdministration(
  connectionString: string,
  loopback: boolean,
): ServiceBusAdministrationClient {
  const client = new ServiceBusAdministrationClient(connectionString)
  if (loopback) {
    client.pipeline.addPolicy({
      name: 'plainHttpOnLoopback',
      sendRequest(request, next) {
        request.url = request.url.replace(/^https:/, 'http:')
        request.allowInsecureConnection = true
        return next(request)
      },
    })
  }
  return client
}
