import { expect, it } from 'vitest'
import { booking, bookingsSite, TENANT } from './site.ts'

it('smoke', async () => {
  const site = bookingsSite()
  await site.addPerson('1_1')
  console.log(
    await site.service.accept(TENANT, [
      booking('a'),
      booking('b', { type: 'go', time: '2026-11-22T17:00:00.7+01:00' }),
      { id: 'x' },
      booking('a'),
      booking('a', { type: 'go' }),
    ]),
  )
  console.log(await site.run(), site.sage.events, await site.states(), site.counts())
  for (const fate of [
    'cut-after',
    'redirect-after',
    'cut-before',
    'late',
    'late-in-sage',
    'lost',
    'refused',
    'signed-out',
  ] as const) {
    await site.service.accept(TENANT, [booking(fate, { time: '2026-11-22T18:00:00+01:00' })])
    let n = 0
    site.sage.decide(() => (n++ === 0 ? fate : 'answered'))
    const counts = await site.run()
    console.log(fate, counts, site.sage.events.length, (await site.states())[fate], site.sage.posts())
  }
  console.log(await site.run('import'), await site.service.list(TENANT, { limit: 3, person: '1_1' }))
  expect(1).toBe(1)
})
