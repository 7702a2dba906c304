import { queryOptions } from '@tanstack/react-query'
import { answerOf, client } from '../../api/client.ts'

/** A person together with the version that a change is based on. */
export function personQuery(id: string) {
  const path = '/api/v1/people/{id}'
  return queryOptions({
    queryKey: [path, { path: { id } }, 'version'] as const,
    async queryFn({ signal }) {
      const answer = client.GET(path, { params: { path: { id } }, signal })
      const person = await answerOf(answer)
      return { person, version: (await answer).response.headers.get('ETag') }
    },
  })
}
