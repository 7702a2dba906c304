import type { Watch } from './changes.ts'
import { ACCESS, runChannel } from './rooms.ts'
import { exceptIn } from './rules/news.ts'
import type { LiveTopic } from './topic.ts'

const ofTenant = (channel: string) => (tenantId: string) => ({ tenantId, channel })

/** What the writes of each table tell: topics, the run that somebody follows, and who may hear anything at all. */
export function watchesOf(topics: readonly Pick<LiveTopic, 'name' | 'tables'>[]): readonly Watch[] {
  return [
    ...topics.flatMap(({ name, tables }) =>
      tables.map((watched): Watch => {
        const about = ofTenant(name)
        return typeof watched === 'string' ? { table: watched, about } : { ...watched, about }
      }),
    ),
    {
      table: 'Runs',
      differs: exceptIn('lease__json'),
      about: (tenantId, key) => ({ tenantId, channel: runChannel(key.slice(key.lastIndexOf('~') + 1)) }),
    },
    {
      table: 'RunLogs',
      about(partition) {
        const [tenantId = '', run = ''] = partition.split('~')
        return { tenantId, channel: runChannel(run) }
      },
    },
    { table: 'ApiTokens', differs: exceptIn('lastUsedAt'), about: ofTenant(ACCESS) },
    { table: 'Users', differs: exceptIn('lastSignInAt'), about: ofTenant(ACCESS) },
    // New ones, and when they were seen, change nothing for the others.
    { table: 'Sessions', concerns: (_, after) => after === undefined, about: ofTenant(ACCESS) },
  ]
}
