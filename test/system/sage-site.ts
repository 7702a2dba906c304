import type { SageSimulator } from '../../infra/local/sage/simulator.ts'
import { makeFolder, removeFolder } from '../folder.ts'
import { type Program, startTestPlatform, type TestPlatform } from './platform.ts'
import {
  createTenant,
  enrol,
  runAgent,
  sageVariables,
  setVariables,
  startSage,
  type TestTenant,
} from './tenant.ts'

export interface SageSite {
  readonly platform: TestPlatform
  readonly sage: SageSimulator
  readonly tenant: TestTenant
  readonly agentFolder: string
  /** The one that runs at the moment: whoever ends it and starts another one says so here. */
  agent: Program
  close(): Promise<void>
}

/** The platform with a simulated Sage, and a tenant whose agent reaches it. */
export async function startSageSite(people: number): Promise<SageSite> {
  const endings: (() => unknown)[] = []
  async function close(): Promise<void> {
    for (const end of endings.splice(0).reverse()) await end()
  }
  try {
    const folder = await makeFolder()
    endings.push(() => removeFolder(folder))
    const sage = await startSage(people)
    endings.push(() => sage.close())
    const platform = await startTestPlatform(folder)
    endings.push(() => platform.program.end('SIGTERM'))
    const tenant = await createTenant(platform)
    await setVariables(tenant.api, sageVariables(sage.url))
    const agentFolder = await enrol(platform, tenant)
    const site: SageSite = { platform, sage, tenant, agentFolder, agent: await runAgent(agentFolder), close }
    endings.push(() => site.agent.end('SIGTERM'))
    return site
  } catch (error) {
    await close()
    throw error
  }
}
