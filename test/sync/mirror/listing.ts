import { externalToken } from '../../../functions/hr/rules/person-key.ts'
import type { SagePerson } from '../../../functions/hr/rules/sage-data.ts'
import type { Listing } from '../../../functions/sync/mirror/rules/listing.ts'

/** A reading in which everything was understood. */
export function listingOf<Item>(items: readonly Item[], keyOf: (item: Item) => string): Listing<Item> {
  return {
    items: new Map(items.map((item) => [keyOf(item), item])),
    leftOut: [],
    count: items.length,
  }
}

export const listPeople = (people: readonly SagePerson[]) => listingOf(people, externalToken)
