import type { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import type { Logger } from '../../shared/log.ts'
import type { Random } from '../../shared/random.ts'
import type { ConnectorsService, EventRoutes } from '../connectors/service.ts'
import type { CredentialsService } from '../credentials/service.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Scope } from '../http/principal.ts'
import type { CountTexts, JobDefinition, LogTexts } from '../jobs/port.ts'
import type { JobsService } from '../jobs/service.ts'
import type { Need } from '../licensing/rules/needs.ts'
import type { LiveTopic } from '../live/topic.ts'
import type { Blobs } from '../platform/blobs/port.ts'
import type { Store } from '../platform/store/port.ts'
import type { TokenProvider } from '../platform/tokens/port.ts'
import type { RelayService } from '../relay/service.ts'
import type { NextTexts, SetupFacts, StepState } from '../setup/rules/steps.ts'
import type { KnownVariable } from '../tenancy/variables/rules/known.ts'
import type { VariablesService } from '../tenancy/variables/service.ts'

/**
 * A product: everything that the hub has to know about it. Its code, words and tables lie in its own folder; compose/
 * folds a list of these. Its rights and roles stand beside it in its `rules/access.ts`, because they are types as well.
 */
export interface Product {
  /** The name of its folder. */
  readonly name: string
  /** Its tables in the store; in Azure they are created at the first start. */
  readonly tables: readonly string[]
  /** What a tenant sets for it (A5). */
  readonly variables: readonly KnownVariable[]
  /** The servers on the customer's network that its agents call. */
  readonly targets: readonly TargetRole[]
  /** What its runs say. */
  readonly texts: { readonly lines: LogTexts; readonly counts: CountTexts }
  /** Its endpoints that need an article (A11); the others need none. */
  readonly needs: readonly Need[]
  /** First segments of the addresses of its pages in the portal. */
  readonly pages: readonly string[]
  /** Documents about it, as in docs/ and docs/de/, without the ending: its pages of the portal's help. */
  readonly help: readonly string[]
  /** Puts its services together. Nothing is read or called yet. */
  open(house: House): OpenProduct
}

/** A server that agents reach for a product. */
export interface TargetRole {
  /** As agents know it: in their list of targets, and in what they serve. */
  readonly role: string
  /** The variable that holds its address. */
  readonly address: string
}

/** What the hub gives every product: ports, and the services that all share. */
export interface House {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly variables: VariablesService
  /** Secrets and tokens of the accounts that it uses at other systems. */
  readonly credentials: CredentialsService
  /** Asks the token endpoints of other systems, for `credentials.accessToken`. */
  readonly tokenProvider: (endpoint: { readonly url: string; readonly clientId: string }) => TokenProvider
  /** Contents of any size, kept whole. */
  readonly blobs: Blobs
  readonly connectors: ConnectorsService
  readonly relay: RelayService
  /** The hub's jobs, once all products are open: for subjects of its own, what they are told and their runs. */
  jobs(): JobsService
}

export interface OpenProduct {
  readonly jobs: readonly JobDefinition[]
  readonly endpoints: readonly Endpoint[]
  /** Who takes in what agents report by themselves, by kind; kinds are unique among all products. */
  readonly events?: EventRoutes
  /** Of the product that keeps a tenant's people; at most one does. */
  readonly people?: PeopleDirectory
  /** What setting up and live streams look at. `share` joins reads of the same moment that several of them make. */
  observe(share: Share): Observed
}

export interface Observed {
  readonly topics: readonly LiveTopic[]
  readonly setup?: SetupPart
}

export type Read<T> = (tenantId: string, ...more: readonly string[]) => Promise<T>

/** Makes reads that are repeated within a moment cost as much as one. */
export type Share = <T>(read: Read<T>) => Read<T>

/** Who is there, for whoever limits what somebody may see to certain people (A9). */
export interface PeopleDirectory {
  /** @throws StegError `group-unknown` */
  checkGroups(tenantId: string, groups: readonly string[]): Promise<void>
  /** Everybody whom the scope covers; undefined is everybody there is. */
  visible(tenantId: string, scope: Scope): Promise<{ hasToken(token: string): boolean } | undefined>
}

/** A product's part of setting up a tenant. */
export interface SetupPart {
  /** Its steps, in order; their names are unique among all products. */
  readonly steps: readonly string[]
  /** The tables, besides those that all products share, whose changes may change it. */
  readonly tables: LiveTopic['tables']
  /** What to do next, by code. */
  readonly next: NextTexts
  /** What it shows beside the steps, and among what failed lately. */
  readonly schema: {
    readonly figures: Readonly<Record<string, z.ZodType>>
    readonly failures: Readonly<Record<string, z.ZodType>>
  }
  /** Reads at the same time as the hub reads what all products share. */
  read(tenantId: string): Promise<SetupReading>
}

export interface SetupReading {
  readonly figures: Readonly<Record<string, unknown>>
  readonly failures: Readonly<Record<string, unknown>>
  judge(facts: SetupFacts): readonly StepState[]
}
