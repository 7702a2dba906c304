import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo, useState } from 'react'
import { useProblemText } from './problem-bar.tsx'
import type { Message } from './toasts.tsx'

interface MessagesPort {
  /** Something went as wished; goes away by itself. */
  readonly done: (text: string) => void
  /** Something went wrong that has no place of its own on the page. */
  readonly problem: (error: unknown) => void
}

const Toasts = lazy(async () => ({ default: (await import('./toasts.tsx')).Toasts }))

const MessagesContext = createContext<MessagesPort>({ done: () => undefined, problem: () => undefined })

/** Short messages at the edge of the window, read out by screen readers. */
export function Messages({ children }: { readonly children: ReactNode }) {
  const [messages, setMessages] = useState<readonly Message[]>([])
  const problemText = useProblemText()
  const port = useMemo<MessagesPort>(() => {
    const show = (message: Message) => setMessages((before) => [...before, message])
    return {
      done: (title) => show({ intent: 'success', title }),
      problem(error) {
        const { title, detail } = problemText(error)
        show({ intent: 'error', title, detail })
      },
    }
  }, [problemText])
  return (
    <MessagesContext value={port}>
      {children}
      {messages.length > 0 && (
        <Suspense>
          <Toasts messages={messages} />
        </Suspense>
      )}
    </MessagesContext>
  )
}

export function useMessages(): MessagesPort {
  return useContext(MessagesContext)
}
