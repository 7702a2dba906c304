import { products } from '../../functions/compose/products.ts'
import type { LiveTopic } from '../../functions/live/topic.ts'
import { liveTopics } from '../../functions/live/topics.ts'
import type { Share } from '../../functions/products/port.ts'

/** What the hub's streams tell about, of all products; nothing can be read. */
export function topicsOfHub(): readonly LiveTopic[] {
  const observed = products.map((product) => product.open({ store: {} } as never).observe((read) => read))
  return liveTopics({
    connectors: {},
    variables: {},
    jobs: {},
    observed,
    share: ((read) => read) satisfies Share,
  } as never)
}
