import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { createQueries } from './api/queries.ts'
import { SessionProvider } from './api/session.tsx'
import { readAhead } from './app/ahead.ts'
import { createRouter } from './app/router.tsx'
import { ThemeProvider } from './app/theme.tsx'
import { startLanguage } from './i18n/language.ts'
import { Messages } from './ui/messages.tsx'

const queries = createQueries()
void readAhead(queries)
const router = createRouter()
await startLanguage()

const root = document.getElementById('portal')
if (root === null) throw new Error('the page has no place for the portal')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <ThemeProvider>
        <SessionProvider>
          <Messages>
            <RouterProvider router={router} />
          </Messages>
        </SessionProvider>
      </ThemeProvider>
    </QueryClientProvider>
  </StrictMode>,
)
