import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRunLogReader, createRunLogWriter } from '../../functions/jobs/run-log.ts'
import { openSqliteStore } from '../../functions/platform/store/sqlite.ts'
import { StegError } from '../../shared/errors/error.ts'

let store: ReturnType<typeof openSqliteStore>
beforeEach(() => {
  store = openSqliteStore({ file: ':memory:' })
})
afterEach(() => store.close())

const writer = (attempt = 1) =>
  createRunLogWriter({ store, tenantId: 't', runId: 'r', attempt, level: 'info', now: () => 1 })

async function readAll(limit: number) {
  const reader = createRunLogReader(store)
  const counts: number[] = []
  let cursor: string | undefined
  do {
    const page = await reader.page('t', 'r', { limit, cursor })
    counts.push(...page.lines.map(({ params }) => Number(params.count)))
    cursor = page.cursor
  } while (cursor !== undefined)
  return counts
}

it.each([1, 7, 100, 500])('comes back in order, in pages of %i', async (limit) => {
  const first = writer(1)
  for (let count = 0; count < 250; count++) first.write('info', 'people-read', { count })
  await first.flush()
  const second = writer(2)
  for (let count = 250; count < 330; count++) {
    second.write('info', 'people-read', { count })
    if (count === 300) await second.flush()
  }
  await second.flush()
  expect(await readAll(limit)).toEqual(Array.from({ length: 330 }, (_, count) => count))
})

it.each(['x', '', '1-00000000', '1-00000000.x', '../1-00000000.0', '1-00000000.0\n'])(
  'refuses the cursor %j',
  async (cursor) => {
    const page = createRunLogReader(store).page('t', 'r', { limit: 1, cursor })
    await expect(page).rejects.toMatchObject({ code: 'invalid-request' })
  },
)

it('keeps lines of any length, shortened, within the limits of the store', async () => {
  const log = writer()
  for (let count = 0; count < 60; count++) log.write('error', 'failed', { reason: 'x'.repeat(100_000) })
  await log.flush()
  const { lines } = await createRunLogReader(store).page('t', 'r', { limit: 500 })
  expect(lines).toHaveLength(60)
  expect(String(lines[0]?.params.reason)).toHaveLength(2001)
})

it('leaves out what is below the level', async () => {
  const log = writer()
  log.write('debug', 'sage-clock', { offset: 60, drift: 0 })
  log.write('warning', 'released')
  await log.flush()
  expect((await createRunLogReader(store).page('t', 'r', { limit: 9 })).lines).toMatchObject([
    { code: 'released' },
  ])
})

it('goes on behind the end when more lines come, in the same row or the next', async () => {
  const log = writer()
  const reader = createRunLogReader(store)
  log.write('info', 'people-read', { count: 1 })
  await log.flush()
  const first = await reader.page('t', 'r', { limit: 10 })
  expect(first).toMatchObject({ cursor: undefined, lines: [{ params: { count: 1 } }] })
  const none = await reader.page('t', 'r', { limit: 10, cursor: first.position })
  expect(none).toEqual({ lines: [], cursor: undefined, position: first.position })
  for (const count of [2, 3]) log.write('info', 'people-read', { count })
  await log.flush()
  const more = await reader.page('t', 'r', { limit: 1, cursor: none.position })
  expect(more.lines).toMatchObject([{ params: { count: 2 } }])
  const last = await reader.page('t', 'r', { limit: 1, cursor: more.position })
  expect(last).toMatchObject({ cursor: undefined, lines: [{ params: { count: 3 } }] })
})

it('keeps what could not be written for the next time, in order', async () => {
  let failing = true
  const flaky = {
    ...store,
    batch: (...call: Parameters<typeof store.batch>) =>
      failing ? Promise.reject(new StegError('store-unavailable', { reason: 'x' })) : store.batch(...call),
  }
  const log = createRunLogWriter({
    store: flaky,
    tenantId: 't',
    runId: 'r',
    attempt: 1,
    level: 'info',
    now: () => 1,
  })
  log.write('info', 'people-read', { count: 1 })
  await expect(log.flush()).rejects.toMatchObject({ code: 'store-unavailable' })
  log.write('info', 'people-read', { count: 2 })
  failing = false
  await log.flush()
  await log.flush()
  expect(await readAll(10)).toEqual([1, 2])
})
