import { expect, it, onTestFinished } from 'vitest'
import { runChannel } from '../../functions/live/rooms.ts'
import { liveSite } from './site.ts'

it('who begins to follow a run sees it as it is, also when it was read just before', async () => {
  const site = await liveSite()
  onTestFinished(site.close)
  const hub = site.hub(site.store)
  const run = await hub.start(site.tenant, 'One')
  const look = async () => (await site.sources.run(site.tenant, 'One', run.id, 'en')).data
  expect(await look()).toMatchObject({ state: 'queued' })
  // Written before anybody here would be told.
  await hub.stop(site.tenant, 'One', run.id)
  expect(await look()).toMatchObject({ state: 'queued' })
  site.rooms.of(site.tenant).enter(runChannel(run.id))
  expect(await look()).toMatchObject({ state: 'stopped' })
})
