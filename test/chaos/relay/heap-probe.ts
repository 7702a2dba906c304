import { writeFileSync } from 'node:fs'

/**
 * Loaded before a program that knows nothing of it: SIGUSR2 makes it collect its garbage and write down what is left,
 * in bytes, into the file that `STEG_HEAP_FILE` names. Needs `--expose-gc`.
 */
process.on('SIGUSR2', () => {
  global.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  writeFileSync(process.env.STEG_HEAP_FILE ?? '', String(heapUsed + external))
})
