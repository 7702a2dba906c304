import { readFile, rm } from 'node:fs/promises'
import { pause } from '../random.ts'

const PATIENCE_MS = 10_000

/** Resident memory in MB; undefined where there is no /proc. */
export async function residentMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024)
}

/** MB that a process with the heap probe still needs after it has collected its garbage. */
export async function heapMb(pid: number, file: string): Promise<number> {
  await rm(file, { force: true })
  process.kill(pid, 'SIGUSR2')
  for (const giveUpAt = Date.now() + PATIENCE_MS; Date.now() < giveUpAt; await pause(20)) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text !== '') return Number((Number(text) / 1024 / 1024).toFixed(1))
  }
  throw new Error(`process ${pid} does not tell its memory`)
}
