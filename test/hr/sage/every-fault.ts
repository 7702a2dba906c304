import { type FaultKind, type FaultRule, faultStages } from '../../../infra/local/sage/fault-rules.ts'

/** Where it matters whether a call takes effect first. */
const commits: ReadonlySet<string> = new Set(['instead', 'wait'])
const kinds = Object.keys(faultStages) as FaultKind[]
const forms: readonly (readonly [string, (path: string) => Partial<FaultRule>])[] = [
  ['always', (path) => ({ path })],
  ['once', (path) => ({ path, count: 1 })],
  ['once, after the call took effect', (path) => ({ path, count: 1, afterCommit: true })],
  ['at the second page', (path) => ({ path, count: 1, after: 1 })],
  ['in the second reading', (path) => ({ path, count: 1, after: 4 })],
  ['anywhere, twice', () => ({ count: 2 })],
]

/** Every fault of the simulator's own list, in every form: new ones are played without being named here. */
export const everyFault = kinds.flatMap((kind) =>
  forms
    .filter(([, rule]) => !rule('').afterCommit || commits.has(faultStages[kind]))
    .map(([form, rule]) => ({ kind, form, rule })),
)
