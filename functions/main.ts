import { app, type InvocationContext } from '@azure/functions'
import { compose } from './compose.ts'
import { httpHandler } from './http/handler.ts'
import { traced } from './http/traced.ts'
import { consoleLogger } from './platform/telemetry/console.ts'
import { parseEvent, parseJobMessage, traceparentOf } from './triggers.ts'

// The table of contents: every trigger, and nothing else.
const hub = await compose(process.env, consoleLogger())

app.setup({ enableHttpStream: true })

for (const endpoint of hub.endpoints) {
  app.http(endpoint.id, {
    route: `api/v1${endpoint.path}`,
    methods: [endpoint.method],
    authLevel: 'anonymous',
    handler: traced(endpoint, httpHandler(endpoint, hub.authentication, hub.site, hub.audit), hub.tracing),
  })
}

for (const page of hub.pages) {
  app.http(page.id, {
    route: page.route,
    methods: [...(page.methods ?? (['GET', 'HEAD'] as const))],
    authLevel: 'anonymous',
    handler: page.handler,
  })
}

app.serviceBusQueue('runJob', {
  connection: 'STEG_BUS',
  queueName: 'jobs',
  isSessionsEnabled: true,
  handler: async (message: unknown, context: InvocationContext) =>
    hub.work(parseJobMessage(message), traceparentOf(context)),
})

app.serviceBusQueue('receiveAgentEvent', {
  connection: 'STEG_BUS',
  queueName: 'events',
  isSessionsEnabled: true,
  async handler(message: unknown, context: InvocationContext) {
    const { agentId, jws, arrivedAt } = parseEvent(message, context)
    await hub.receiveEvent(agentId, jws, arrivedAt)
  },
})

app.timer('recoverRuns', {
  schedule: '15 * * * * *',
  handler: async () => {
    await hub.recoverRuns()
    await hub.pruneAudit()
    await hub.pruneAttempts()
    await hub.rewrapKeys()
    await hub.tendCredentials()
  },
})

app.timer('runSchedules', {
  schedule: '0 * * * * *',
  handler: async () => {
    await hub.runSchedules()
  },
})

app.hook.appTerminate(() => hub.close())
