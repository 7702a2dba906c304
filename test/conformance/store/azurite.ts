import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { makeFolder, removeFolder } from '../../folder.ts'

/** The account and key that every emulator of Azure Storage documents; it protects nothing. */
const account = 'devstoreaccount1'
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

export interface Azurite {
  readonly connectionString: string
  stop(): Promise<void>
}

export function connectionTo(url: string, blobs = url): string {
  return (
    `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};` +
    `TableEndpoint=${url}/${account};BlobEndpoint=${blobs}/${account};`
  )
}

/** Ends the emulator when its parent is gone, however that ended. */
const dieWithParent = 'data:text/javascript,process.stdin.resume().on("end",()=>process.exit())'

/** Starts Azurite on free ports in a temporary folder, in memory. */
export async function startAzurite(): Promise<Azurite> {
  const folder = await makeFolder()
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js')
  const ports = ['--tablePort', '0', '--blobPort', '0', '--queuePort', '0']
  const modes = ['--silent', '--skipApiVersionCheck', '--disableTelemetry', '--inMemoryPersistence']
  const child = spawn(process.execPath, ['--import', dieWithParent, main, ...ports, ...modes], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  async function stop(): Promise<void> {
    child.kill('SIGKILL')
    await exited
    await removeFolder(folder)
  }
  const [url, blobs] = await new Promise<readonly [string, string]>((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const urlOf = (service: string) =>
        new RegExp(`${service} service is successfully listening at (http:\\S+)`).exec(output)?.[1]
      const [tables, contents] = [urlOf('Table'), urlOf('Blob')]
      if (tables !== undefined && contents !== undefined) resolve([tables, contents])
    })
    exited.then(([code]) => reject(new Error(`Azurite ended with ${code}: ${output}`)), reject)
  })
  return { connectionString: connectionTo(url, blobs), stop }
}
