import { hr } from '../hr/area.tsx'
import type { Area } from '../ui/area.ts'

/** What the products add to the portal, each in the folder of its name. */
export const areas: readonly Area[] = [hr]

/** What they hear over the stream. */
export const topics = areas.flatMap(({ live }) => (live === undefined ? [] : [live]))
