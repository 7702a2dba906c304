import { createBrowserRouter, type RouteObject } from 'react-router'
import { ErrorPage } from './error-page.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { areas } from './products.ts'
import { Shell } from './shell.tsx'
import { Splash } from './splash.tsx'

/** Every address of the portal, besides those of the products. A page's file exports `Component` and is loaded when it is first shown. */
const routes: RouteObject[] = [
  {
    ErrorBoundary: ErrorPage,
    HydrateFallback: Splash,
    children: [
      { path: '/sign-in', lazy: () => import('../session/sign-in-page.tsx') },
      { path: '/forgotten-password', lazy: () => import('../session/forgotten-password-page.tsx') },
      { path: '/password-reset/:token', lazy: () => import('../session/password-reset-page.tsx') },
      { path: '/invitation/:token', lazy: () => import('../session/invitation-page.tsx') },
      { path: '/email-confirmation/:token', lazy: () => import('../session/email-confirmation-page.tsx') },
      { path: '/address-restoration/:token', lazy: () => import('../session/address-restoration-page.tsx') },
      {
        Component: Shell,
        children: [
          {
            ErrorBoundary: ErrorPage,
            children: [
              { index: true, lazy: () => import('../start/start-page.tsx') },
              { path: '/connectors', lazy: () => import('../connectors/connectors-page.tsx') },
              { path: '/connectors/:id', lazy: () => import('../connectors/connector-page.tsx') },
              { path: '/licence', lazy: () => import('../licence/licence-page.tsx') },
              { path: '/variables', lazy: () => import('../variables/variables-page.tsx') },
              { path: '/jobs', lazy: () => import('../jobs/jobs-page.tsx') },
              { path: '/jobs/:token', lazy: () => import('../jobs/job-page.tsx') },
              { path: '/jobs/:token/runs/:id', lazy: () => import('../jobs/run-page.tsx') },
              { path: '/account', lazy: () => import('../account/account-page.tsx') },
              { path: '/users', lazy: () => import('../access/users-page.tsx') },
              { path: '/tokens', lazy: () => import('../access/tokens-page.tsx') },
              { path: '/audit', lazy: () => import('../audit/audit-page.tsx') },
              { path: '/help', lazy: () => import('../help/help-page.tsx') },
              { path: '/help/:topic', lazy: () => import('../help/topic-page.tsx') },
              { path: '/tenants', lazy: () => import('../tenants/tenants-page.tsx') },
              ...areas.flatMap(({ routes }) => routes),
              { path: '*', Component: NotFoundPage },
            ],
          },
        ],
      },
    ],
  },
]

export function createRouter() {
  return createBrowserRouter(routes)
}
