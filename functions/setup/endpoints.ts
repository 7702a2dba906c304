import { type Endpoint, endpoint } from '../http/endpoint.ts'
import type { RunTexts } from '../jobs/rules/run-texts.ts'
import { setupSchema, toSetupView } from './presentation.ts'
import type { SetupService } from './service.ts'

export function setupEndpoints(setup: SetupService, texts: RunTexts): readonly Endpoint[] {
  return [
    endpoint({
      id: 'getSetup',
      method: 'GET',
      path: '/setup',
      access: { right: 'jobs:read' },
      scope: 'observed',
      tag: 'Setup',
      summary: 'What is set up, what is missing with the next thing to do, and what failed lately',
      success: { status: 200, schema: setupSchema(setup.parts) },
      errors: [],
      handle: async ({ tenantId, scope, language }) => ({
        body: toSetupView(await setup.look(tenantId), texts, language, scope),
      }),
    }),
  ]
}
