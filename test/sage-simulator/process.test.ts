import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { folderOfTest } from '../folder-of-test.ts'
import { child, endOf, launch } from './child.ts'
import { absence, booking, readId, readKeys, sender, signedIn, started, user } from './portal.ts'

const users = [{ ...user }]

describe('the process', () => {
  test('says where it is and answers', async () => {
    const { url, port } = await child({ users })
    expect(url).toBe(`http://127.0.0.1:${port}/hrportalapi`)
    expect(await readKeys(await signedIn(url))).toHaveLength(108)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends cleanly on %s, also with a call that hangs',
    async (signal) => {
      const { process: running, url, port, ended } = await child({ users })
      await fetch(`http://127.0.0.1:${port}/_control/faults`, {
        method: 'POST',
        body: JSON.stringify({ kind: 'hang' }),
      })
      const hanging = expect(sender(url)('GET', 'AuthorizationInfo')).rejects.toThrow('fetch failed')
      await expect
        .poll(async () => (await fetch(`http://127.0.0.1:${port}/_control/requests`)).json())
        .toMatchObject({ total: 1 })
      running.kill(signal)
      expect(await ended).toBe(0)
      await hanging
    },
  )

  test('ends at once when its parent lets go', async () => {
    const { process: running, ended } = await child({ users })
    running.disconnect()
    expect(await ended).toBe(0)
  })

  test.each(['{"people":-1}', '{"colour":"red"}', '{', '{"timeZone":"Europe/Entenhausen"}'])(
    'refuses the configuration %s',
    async (config) => {
      const running = launch(config, 'pipe')
      const said = running.stderr ? text(running.stderr) : Promise.resolve('')
      expect(await endOf(running)).toBe(1)
      expect(await said).not.toBe('')
    },
  )
})

describe('the data file', () => {
  test('a booking that was acknowledged is there exactly once after kill -9', async () => {
    const dataFile = join(await folderOfTest(), 'sage.db')
    const acknowledged = new Map<string, number>()
    let sent = 0
    for (let round = 0; round < 3; round++) {
      const running = await child({ dataFile, users })
      const send = await signedIn(running.url)
      const target = acknowledged.size + 60
      const book = async (): Promise<void> => {
        for (;;) {
          const number = sent++
          const Time = new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString().slice(0, 19)
          const headers = { 'X-Request-Id': `n${number}` }
          const answer = await send('POST', 'Time/TimeEvents', { body: { ...booking, Time }, headers }).catch(
            () => null,
          )
          // Refused or cut off: whether it was stored is unknown, and so is none of this test's business.
          if (answer?.status !== 200) return
          const id = await readId(answer).catch(() => null)
          if (id === null) return
          acknowledged.set(`n${number} ${Time}`, id)
          if (acknowledged.size >= target) running.process.kill('SIGKILL')
        }
      }
      await Promise.all(Array.from({ length: 8 }, book))
      expect(await running.ended).toBe('SIGKILL')
    }
    const { control } = await started({ dataFile })
    const ledger = control.ledger()
    const stored = new Map(ledger.map(({ requestId, Time, Id }) => [`${requestId} ${Time}`, Id]))
    expect(acknowledged.size).toBeGreaterThanOrEqual(180)
    expect(stored.size).toBe(ledger.length)
    for (const [booked, id] of acknowledged) expect(stored.get(booked)).toBe(id)
    expect(ledger.map(({ Id }) => Id)).toEqual(ledger.map(({ Id }) => Id).toSorted((a, b) => a - b))
  })

  test('absences and edits of people survive; sessions and rules do not', async () => {
    const dataFile = join(await folderOfTest(), 'deep', 'sage.db')
    const databases = [
      { key: 'a', name: 'eins' },
      { key: 'b', name: 'zwei' },
    ]
    const chosen = { WebApiDatabaseConnection: 'a' }
    const first = await child({ dataFile, users, databases, people: 20 })
    const ask = sender(`http://127.0.0.1:${first.port}/_control`)
    const send = await signedIn(first.url, chosen)
    await send('POST', 'Time/Absences', { body: absence })
    await ask('PUT', 'people?database=a', { body: { count: 10 } })
    await ask('POST', 'people?database=a', {
      body: { MdNr: 2, AnNr: 77, Firstname: 'Zoë', Lastname: 'Weiß', position: 1 },
    })
    await ask('PATCH', 'people/1_1?database=a', { body: { Lastname: 'Gehalt-Lohn' } })
    await ask('DELETE', 'people/1_3?database=a')
    await ask('DELETE', 'people/3_4?database=b')
    await ask('POST', 'faults', { body: { kind: 'unavailable', path: 'Time' } })
    first.process.kill('SIGKILL')
    await first.ended
    const second = await child({ dataFile, users, databases, people: 20 })
    expect((await fetch(`${second.url}/AuthorizationInfo`, { headers: chosen })).status).toBe(401)
    const again = await signedIn(second.url, chosen)
    const keys = await readKeys(again)
    expect(keys.slice(0, 4)).toEqual(['3_4', '2_77', '1_1', '1_10'])
    expect(keys).toHaveLength(10)
    expect(await readKeys(await signedIn(second.url, { WebApiDatabaseConnection: 'b' }))).toHaveLength(19)
    expect(await (await again('GET', 'AuthorizationInfo')).json()).toMatchObject({
      Employee: { Lastname: 'Gehalt-Lohn' },
    })
    expect((await again('POST', 'Time/Absences', { body: absence })).status).toBe(409)
    expect((await again('GET', 'Time/PlacesOfWork')).status).toBe(200)
  })

  test('a taken port is reported, and the data file stays free', async () => {
    const { port } = await started()
    await expect(started({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
