import { Command, InvalidArgumentError } from 'commander'

export interface Options {
  readonly port: number
  readonly data: string
  readonly demo: boolean
  readonly json: boolean
  /** People in the demo's Sage. */
  readonly people: number
  /** A new master key from this start on. */
  readonly changeMasterKey: boolean
}

function whole(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

/** The arguments of `npm start -- …`. Prints what is wrong and exits when they cannot be understood. */
export function parseOptions(args: readonly string[]): Options {
  const command = new Command('npm start --')
    .description('Starts Steg on this machine: hub, broker, store and a demo site.')
    .option('--port <n>', 'port of the hub; 0 picks a free one', whole(0, 65_535), 7071)
    .option('--data <dir>', 'folder for all data', '.steg')
    .option('--no-demo', 'no demo tenant')
    .option('--people <n>', "people in the demo's Sage", whole(0, 200_000), 108)
    .option('--change-master-key', 'a new master key; the old one goes when nothing needs it any more', false)
    .option('--json', 'one JSON object per line instead of text', false)
    .allowExcessArguments(false)
    .parse([...args], { from: 'user' })
  return command.opts<Options>()
}
