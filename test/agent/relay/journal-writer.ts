import { openJournal } from '../../../agent/relay/journal/journal.ts'

// Writes calls until it is killed, and tells its parent what is on disk.
const journal = await openJournal({ file: process.argv[2] ?? '', now: Date.now })
for (let index = 0; ; index++) {
  const id = `call-${index}`
  journal.start(id, Date.now() + 60_000)
  process.send?.(`started ${id}`)
  journal.finish(id, Date.now() + 60_000, Buffer.alloc(200))
  process.send?.(`done ${id}`)
  if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
}
