import { z } from 'zod'
import { isStegError } from '../../shared/errors/error.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { type PageRoute, pageHeaders } from '../http/page.ts'
import { problemResponse } from '../http/problem.ts'
import { languageOf } from '../http/request.ts'
import type { AgentFile } from './file.ts'

const ADDRESS = '/api/v1/downloads/agent'

const Download = z
  .object({
    name: z.literal('agent'),
    version: z.string(),
    file: z.string(),
    url: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    needs: z.string().meta({ description: 'What the machine needs to run it.' }),
  })
  .meta({ id: 'Download' })

/** Open to anybody: the machine that becomes an agent has no session, and the file holds no secret. */
export function downloadsEndpoint(agent: AgentFile): Endpoint {
  return endpoint({
    id: 'listDownloads',
    method: 'GET',
    path: '/downloads',
    access: 'anyone',
    tag: 'Agents',
    summary: 'What can be downloaded, with version and SHA-256',
    success: { status: 200, schema: z.object({ items: z.array(Download) }) },
    errors: ['agent-not-built'],
    async handle() {
      const manifest = await agent.manifest()
      return {
        body: { items: [{ name: 'agent' as const, ...manifest, url: ADDRESS, needs: 'Node.js 22.13' }] },
      }
    },
  })
}

/** The file itself. */
export function downloadRoute(agent: AgentFile): PageRoute {
  return {
    id: 'downloadAgent',
    route: ADDRESS.slice(1),
    async handler(request, context) {
      try {
        const { version, file, bytes, sha256 } = await agent.manifest()
        const tag = `"${sha256}"`
        const headers = {
          ...pageHeaders,
          ETag: tag,
          'Cache-Control': 'no-cache',
          'X-Steg-Version': version,
          'X-Steg-SHA256': sha256,
        }
        const known = (request.headers.get('if-none-match') ?? '').split(',').map((part) => part.trim())
        if (known.some((one) => one === '*' || one.replace(/^W\//, '') === tag)) {
          return { status: 304, headers }
        }
        return {
          status: 200,
          headers: {
            ...headers,
            'Content-Type': 'text/javascript; charset=utf-8',
            'Content-Disposition': `attachment; filename="${file}"`,
            'Content-Length': String(bytes),
          },
          body: request.method === 'HEAD' ? undefined : await agent.content(),
        }
      } catch (error) {
        if (!isStegError(error)) context.error('downloadAgent failed', error)
        return problemResponse(error, languageOf(request), context.invocationId)
      }
    },
  }
}
