import type { Watch } from './changes.ts'
import { ACCESS, runChannel } from './rooms.ts'
import { exceptIn, sessionNews } from './rules/news.ts'
import type { LiveTopic } from './topic.ts'

const ofTenant = (channel: string) => (tenantId: string) => ({ tenantId, channel })

/** What the writes of each table tell: topics, the run that somebody follows, and who may hear anything at all. */
export function watchesOf(topics: readonly LiveTopic[]): readonly Watch[] {
  return [
    ...topics.flatMap(({ name, tables }) =>
      tables.map((watched): Watch => {
        const about = ofTenant(name)
        return typeof watched === 'string' ? { table: watched, about } : { ...watched, about }
      }),
    ),
    {
      table: 'Runs',
      isNews: exceptIn('lease__json'),
      about: (tenantId, key) => ({ tenantId, channel: runChannel(key.slice(key.lastIndexOf('~') + 1)) }),
    },
    {
      table: 'RunLogs',
      about(partition) {
        const [tenantId = '', run = ''] = partition.split('~')
        return { tenantId, channel: runChannel(run) }
      },
    },
    { table: 'ApiTokens', isNews: exceptIn('lastUsedAt'), about: ofTenant(ACCESS) },
    { table: 'Users', isNews: exceptIn('lastSignInAt'), about: ofTenant(ACCESS) },
    { table: 'Sessions', isNews: sessionNews, about: ofTenant(ACCESS) },
  ]
}
