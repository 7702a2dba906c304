import { access } from './access.ts'
import { account } from './account.ts'
import { audit } from './audit.ts'
import { bookings } from './bookings.ts'
import { common } from './common.ts'
import { connectors } from './connectors.ts'
import { help } from './help.ts'
import { jobs } from './jobs.ts'
import { licence } from './licence.ts'
import { people } from './people.ts'
import { session } from './session.ts'
import { shell } from './shell.ts'
import { start } from './start.ts'
import { tenants } from './tenants.ts'
import { variables } from './variables.ts'

/** Every text of the portal, by area. German leads: other languages have exactly these keys. */
export const texts = {
  access,
  account,
  audit,
  bookings,
  common,
  connectors,
  help,
  jobs,
  licence,
  people,
  session,
  shell,
  start,
  tenants,
  variables,
} as const
