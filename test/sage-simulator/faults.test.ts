import { describe, expect, test } from 'vitest'
import { booking, cookieOf, pageQuery, readList, signedIn, started } from './portal.ts'
import { exchange, split } from './raw.ts'

const places = 'Time/PlacesOfWork'
const employees = (skip: number, take: number) => `Employee/Employees?${pageQuery(skip, take)}`

/** A raw request with a session, so that the bytes of the answer can be looked at. */
async function rawGet(url: string, port: number, path: string) {
  const cookie = await cookieOf(url)
  const head = `GET /hrportalapi/${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`
  return exchange(port, head)
}

describe('answers of something else', () => {
  test('503 as a page of the web server', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.addFault({ kind: 'unavailable', path: 'Time/', count: 2 })
    for (const status of [503, 503, 200]) expect((await send('GET', places)).status).toBe(status)
    control.addFault({ kind: 'unavailable' })
    const answer = await send('GET', places)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await answer.text()).toContain('Service Unavailable')
  })

  test.each([200, 500] as const)('an HTML page with status %i', async (status) => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.addFault({ kind: 'html-page', status })
    const answer = await send('GET', places)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8'])
    expect(await answer.text()).toMatch(/^<!DOCTYPE html>/)
  })

  test('a redirect to the sign-in page, which answers with a page', async () => {
    const { url, port, control } = await started()
    const send = await signedIn(url)
    control.addFault({ kind: 'login-redirect', path: places })
    const answer = await send('GET', places)
    const back = encodeURIComponent(`/hrportalapi/${places}`)
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe(`/hrportal/Account/Login?ReturnUrl=${back}`)
    const followed = await fetch(`http://127.0.0.1:${port}${answer.headers.get('location')}`)
    expect([followed.status, followed.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    control.setFaults([{ kind: 'login-redirect', location: 'https://elsewhere.example/' }])
    expect((await send('GET', places)).headers.get('location')).toBe('https://elsewhere.example/')
  })

  test('no answer: the connection is reset', async () => {
    const { url, port, control } = await started()
    control.addFault({ kind: 'drop', path: places })
    expect(await rawGet(url, port, places)).toEqual({ text: '', ending: 'ECONNRESET' })
    await expect((await signedIn(url))('GET', places)).rejects.toThrow('fetch failed')
  })

  test('no answer: it hangs until the simulator closes', async () => {
    const simulator = await started()
    const send = await signedIn(simulator.url)
    simulator.control.addFault({ kind: 'hang', path: places })
    const hanging = send('GET', places)
    await expect.poll(() => simulator.control.faults()[0]?.hits).toBe(1)
    const first = await Promise.race([hanging, (await send('GET', 'AuthorizationInfo')).status])
    expect(first).toBe(200)
    const failed = expect(hanging).rejects.toThrow('fetch failed')
    await simulator.close()
    await failed
  })

  const kinds = ['unavailable', 'html-page', 'login-redirect', 'drop'] as const
  test.each(kinds)('%s: nothing is stored, or with afterCommit exactly once', async (kind) => {
    const { url, control } = await started()
    const send = await signedIn(url)
    const post = () => send('POST', 'Time/TimeEvents', { body: booking }).catch(() => undefined)
    control.setFaults([{ kind, method: 'POST', path: 'Time/TimeEvents', count: 1 }])
    await post()
    expect(control.ledger()).toHaveLength(0)
    control.setFaults([{ kind, method: 'POST', path: 'Time/TimeEvents', count: 1, afterCommit: true }])
    expect((await post())?.headers.get('content-type') ?? '').not.toContain('json')
    expect(control.ledger()).toHaveLength(1)
    expect((await post())?.status).toBe(200)
    expect(control.ledger()).toHaveLength(2)
  })

  test('hang after the commit: stored, and nobody is told', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.addFault({ kind: 'hang', method: 'POST', path: 'Time', afterCommit: true })
    const giveUp = new AbortController()
    const hanging = expect(
      fetch(`${url}/Time/TimeEvents`, { method: 'POST', signal: giveUp.signal, ...(await jsonOf(url)) }),
    ).rejects.toThrow('aborted')
    await expect.poll(() => control.ledger()).toHaveLength(1)
    giveUp.abort()
    await hanging
    control.clearFaults()
    expect((await send('GET', places)).status).toBe(200)
  })

  async function jsonOf(url: string) {
    const headers = { 'Content-Type': 'application/json', Cookie: await cookieOf(url) }
    return { headers, body: JSON.stringify(booking) }
  }
})

describe('damage to the right answer', () => {
  test('cut in the middle of a body of known length', async () => {
    const { url, port, control } = await started()
    const whole = split((await rawGet(url, port, places)).text).body
    control.addFault({ kind: 'cut-body', path: places })
    const { text, ending } = await rawGet(url, port, places)
    const { head, body } = split(text)
    expect(ending).toBe('end')
    expect(head).toContain(`Content-Length: ${whole.length}`)
    expect(body).toBe(whole.slice(0, Math.floor(whole.length / 2)))
    await expect((await signedIn(url))('GET', places).then((answer) => answer.text())).rejects.toThrow(
      'terminated',
    )
  })

  test('cut in the middle of a chunked body', async () => {
    const { url, port, control } = await started()
    control.addFault({ kind: 'cut-chunked', path: places, bytes: 10 })
    const { text, ending } = await rawGet(url, port, places)
    const { head, body } = split(text)
    expect(ending).toBe('end')
    expect(head).toContain('Transfer-Encoding: chunked')
    expect(head).not.toContain('Content-Length')
    expect(body).toBe('a\r\n[{"Id":1,"\r\n')
    await expect((await signedIn(url))('GET', places).then((answer) => answer.text())).rejects.toThrow(
      'terminated',
    )
  })

  test('at least one byte is missing however many are asked for', async () => {
    const { url, port, control } = await started()
    const whole = split((await rawGet(url, port, places)).text).body
    for (const [bytes, sent] of [
      [0, 0],
      [1_000_000, whole.length - 1],
    ] as const) {
      control.setFaults([{ kind: 'cut-body', path: places, bytes }])
      expect(split((await rawGet(url, port, places)).text).body).toHaveLength(sent)
    }
  })

  test('an answer without a body is cut in its header', async () => {
    const { port, control } = await started()
    control.addFault({ kind: 'cut-body', path: 'Authorization' })
    const body = JSON.stringify({
      Username: 'StegConnector',
      Password: 'Grüne Brücke 7',
      NtAuthorization: false,
    })
    const head = `POST /hrportalapi/Authorization HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
    const request = `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    expect(await exchange(port, request)).toEqual({ text: 'HTTP/1.1 204 ', ending: 'end' })
  })

  test('the POST behind a cut answer is stored', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.addFault({ kind: 'cut-body', method: 'POST' })
    const answer = send('POST', 'Time/TimeEvents', { body: booking }).then((one) => one.text())
    await expect(answer).rejects.toThrow()
    expect(control.ledger()).toHaveLength(1)
  })

  test('truncated JSON in a whole answer', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.addFault({ kind: 'truncated-json', path: places })
    const answer = await send('GET', places)
    const text = await answer.text()
    expect([answer.status, answer.headers.get('content-length')]).toEqual([
      200,
      String(Buffer.byteLength(text)),
    ])
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  test('the wrong content type', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.setFaults([{ kind: 'wrong-content-type', path: places, contentType: 'application/octet-stream' }])
    const answer = await send('GET', places)
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(await answer.json()).toHaveLength(4)
  })

  test('a wrong Total, and a page with rows missing', async () => {
    const { url, control } = await started()
    const send = await signedIn(url)
    control.setFaults([{ kind: 'wrong-total', by: -8 }])
    expect(await readList(await send('GET', employees(0, 10)))).toMatchObject({ Total: 100 })
    control.setFaults([{ kind: 'short-page', rows: 3, page: 1 }])
    expect((await readList(await send('GET', employees(0, 10)))).Results).toHaveLength(10)
    expect(await readList(await send('GET', employees(10, 10)))).toMatchObject({ Total: 108 })
    expect((await readList(await send('GET', employees(10, 10)))).Results).toHaveLength(7)
  })
})
