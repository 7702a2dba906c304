import type { Clock } from '../../shared/clock.ts'
import type { Random } from '../../shared/random.ts'
import { countBus } from '../platform/bus/counting.ts'
import { createBusGrants } from '../platform/bus/grants.ts'
import type { Bus, BusGrants, QueueDepths } from '../platform/bus/port.ts'
import { openServiceBus } from '../platform/bus/service-bus.ts'
import type { MailSender } from '../platform/mail/port.ts'
import { noMail, openSmtp } from '../platform/mail/smtp.ts'
import { createMsalProvider } from '../platform/openid/msal.ts'
import type { OpenIdProvider } from '../platform/openid/port.ts'
import { createArgon2Passwords } from '../platform/passwords/argon2.ts'
import type { Passwords } from '../platform/passwords/port.ts'
import { createKeyRing } from '../platform/secrets/key-ring.ts'
import type { KeyRing, Vault } from '../platform/secrets/port.ts'
import { createVault } from '../platform/secrets/vault.ts'
import { openTablesStore } from '../platform/store/azure-tables.ts'
import { countStore } from '../platform/store/counting.ts'
import type { Store } from '../platform/store/port.ts'
import { openSqliteStore } from '../platform/store/sqlite.ts'
import type { TokenProvider } from '../platform/tokens/port.ts'
import { createTokenEndpoint } from '../platform/tokens/token-endpoint.ts'
import type { Settings } from '../settings.ts'
import { tables } from './tables.ts'

/** What is outside of the hub, as its services know it: ports. */
export interface Platform {
  readonly store: Store
  readonly bus: Bus
  readonly queueDepths: QueueDepths
  readonly grants: BusGrants
  /** The master keys. */
  readonly ring: KeyRing
  readonly vault: Vault
  readonly passwords: Passwords
  readonly mail: MailSender
  /** Undefined where signing in with Microsoft is not set up. */
  readonly microsoft: OpenIdProvider | undefined
  /** Whoever issues tokens for other systems, by the address of its token endpoint. */
  readonly tokenProvider: (endpoint: { readonly url: string; readonly clientId: string }) => TokenProvider
  /** What costs money, since the start. */
  readonly counts: { readonly store: () => object; readonly bus: () => object }
  close(): Promise<void>
}

/** Opens everything outside of the hub as the settings say. The only file that knows adapters. */
export async function openPlatform(settings: Settings, random: Random, clock: Clock): Promise<Platform> {
  const ring = createKeyRing(settings.masterKeys, random)
  const opened = await openStore(settings)
  const store = countStore(opened.store)
  const serviceBus = openServiceBus(settings.busConnection)
  const bus = countBus(serviceBus)
  const mail = settings.mail === undefined ? noMail : openSmtp(settings.mail)
  return {
    store: store.store,
    bus: bus.bus,
    queueDepths: serviceBus,
    grants: createBusGrants({
      broker: settings.broker,
      namespace: settings.broker.host,
      listen: { name: 'agents-listen', key: settings.listenKey },
      send: { name: 'agents-send', key: settings.sendKey },
    }),
    ring,
    vault: createVault(ring, random),
    passwords: createArgon2Passwords(),
    mail,
    // Microsoft sends people back to an address that is registered there.
    microsoft: settings.entra && settings.site.publicUrl ? createMsalProvider(settings.entra) : undefined,
    tokenProvider: (endpoint) => createTokenEndpoint({ ...endpoint, fetch, clock }),
    counts: { store: store.counts, bus: bus.counts },
    async close() {
      await serviceBus.close()
      mail.close()
      opened.close()
    },
  }
}

async function openStore({ store }: Settings): Promise<{ store: Store; close: () => void }> {
  if (store.kind === 'sqlite') {
    const sqlite = openSqliteStore({ file: store.file })
    return { store: sqlite, close: sqlite.close }
  }
  const tablesStore = await openTablesStore({ connectionString: store.connection, tables })
  return { store: tablesStore, close: () => undefined }
}
