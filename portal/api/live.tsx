import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

/** `live`: changes arrive by themselves. `connecting`: for the first time or again. `offline`: it has failed for a while. */
export type LiveState = 'live' | 'connecting' | 'offline'

/** Milliseconds without a connection after which it is called offline; the browser goes on trying. */
const PATIENCE_MS = 8000

/** What the hub says has changed, and from where it has been read. */
const readFrom: Readonly<Record<string, readonly string[]>> = {
  agents: ['/api/v1/agents', '/api/v1/access-tokens', '/api/v1/setup'],
  jobs: ['/api/v1/jobs', '/api/v1/setup'],
  people: ['/api/v1/people', '/api/v1/setup'],
  bookings: ['/api/v1/bookings', '/api/v1/setup'],
}

const LiveContext = createContext<LiveState>('connecting')

/** Listens to what changes at the hub, and has everything read again that it concerns. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient()
  const [state, setState] = useState<LiveState>('connecting')
  useEffect(() => {
    const source = new EventSource('/api/v1/live')
    const late = () => setState('offline')
    let patience = setTimeout(late, PATIENCE_MS)
    source.onopen = () => {
      clearTimeout(patience)
      setState((before) => {
        // What happened while nobody listened is not told again.
        if (before !== 'live') void queries.invalidateQueries()
        return 'live'
      })
    }
    source.onerror = () => {
      clearTimeout(patience)
      patience = setTimeout(late, PATIENCE_MS)
      setState((before) => (before === 'live' ? 'connecting' : before))
    }
    for (const [topic, paths] of Object.entries(readFrom)) {
      source.addEventListener(topic, () => {
        for (const path of paths) {
          void queries.invalidateQueries({
            predicate: ({ queryKey: [from] }) => typeof from === 'string' && from.startsWith(path),
          })
        }
      })
    }
    return () => {
      clearTimeout(patience)
      source.close()
    }
  }, [queries])
  return <LiveContext value={state}>{children}</LiveContext>
}

export function useLiveState(): LiveState {
  return useContext(LiveContext)
}
