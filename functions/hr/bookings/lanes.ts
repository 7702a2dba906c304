export { inLanes } from '../../sync/lanes.ts'
