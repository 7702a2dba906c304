import { writeSync } from 'node:fs'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { isStegError } from '../../shared/errors/error.ts'

/**
 * Run as a process: writes rows and batches, several at once, until it is killed or the storage fails, and prints the
 * number of each one that was acknowledged, or the code of its error.
 */
const [file = '', first = '0'] = process.argv.slice(2)
const store = openSqliteStore({ file })
const any = { kind: 'any' } as const
const text = 'x'.repeat(300)

function write(n: number): Promise<unknown> {
  if (n % 3 !== 0) {
    return store.put('Rows', { partition: 'p', key: `single-${n}`, values: { n, text } }, { kind: 'absent' })
  }
  const half = (side: string) => ({
    kind: 'put' as const,
    key: `${side}-${n}`,
    values: { n, text },
    condition: any,
  })
  return store.batch('Rows', 'p', [half('left'), half('right')])
}

let next = Number(first)
let failures = 0
async function work(): Promise<void> {
  while (failures < 20) {
    const n = next++
    try {
      await write(n)
      writeSync(1, `${n}\n`)
    } catch (error) {
      failures += 1
      writeSync(1, `${isStegError(error) ? error.code : `unexpected ${String(error)}`}\n`)
    }
  }
}

await Promise.all(Array.from({ length: 8 }, work))
