import { Command, Option } from 'commander'
import type { AgentCategory } from '../../shared/wire/capabilities.ts'
import { clock, hostName, hubAt, openOutbound, openState } from '../compose.ts'
import { createLog, LOG_LEVELS, type LogLevel } from '../log.ts'
import { VERSION } from '../version.ts'
import { accessToken, agentName, furtherRole, hubAddress, limit, targetAddress } from './arguments.ts'
import { enrol } from './enrol.ts'
import { changedSettings, describeNetwork, type NetworkChange, setNetwork } from './network.ts'
import { createOutput } from './output.ts'
import { EXIT_FAILED, run } from './run.ts'
import { addSecrets } from './secrets-program.ts'
import { describeStatus, readStatus } from './status.ts'
import { allowTarget, type LimitsChange, listTargets } from './targets.ts'
import { languageOf, texts } from './texts.ts'

interface Shared {
  readonly dir: string
  readonly json?: true
}
interface EnrolOptions extends Shared, NetworkChange {
  readonly hub: string
  readonly token?: string
  readonly name?: string
  readonly category: AgentCategory
  readonly role: readonly string[]
}

const program = new Command('agent')
  .description('Joins a machine next to Sage to a Steg hub')
  .version(VERSION)
  .option('--lang <language>', 'language of messages, en or de; default: that of the system')

const language = () =>
  languageOf(program.opts<{ lang?: string }>().lang ?? (process.env.LC_ALL || process.env.LANG))
const output = () => createOutput(language())
const words = () => texts[language()]

function command(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .requiredOption('--dir <folder>', 'folder that holds the state of this agent')
    .option('--json', 'answer for machines')
}

/** How hub and broker are reached from this machine. */
function withNetwork(made: Command): Command {
  return made
    .addOption(
      new Option('--proxy <url>', 'proxy, http://user:password@host:port; default: HTTPS_PROXY').env(
        'STEG_PROXY',
      ),
    )
    .option('--proxy-loopback', 'use the proxy for addresses of this machine as well')
    .option('--ca <file>', 'PEM file of a further certificate authority to trust')
}

const networkChange = ({ proxy, proxyLoopback, ca }: NetworkChange): NetworkChange => ({
  ...(proxy === undefined || proxy === '' ? {} : { proxy }),
  ...(proxyLoopback === undefined ? {} : { proxyLoopback }),
  ...(ca === undefined ? {} : { ca }),
})

/** Runs a command; whatever it throws becomes one line and an exit code. */
function guarded<A extends unknown[]>(
  action: (...args: A) => Promise<number>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    let code = EXIT_FAILED
    try {
      code = await action(...args)
    } catch (error) {
      output().failure(error)
    }
    leave(code)
  }
}

/** Ends the process once everything written has arrived: on Windows, pipes are written in the background. */
function leave(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

withNetwork(command(program, 'enrol', 'enrol this machine with an access token (MAT)'))
  .requiredOption('--hub <url>', 'address of the hub', hubAddress)
  .option('--token <token>', 'access token; "-" reads it from standard input; default: STEG_TOKEN')
  .option('--name <name>', 'name of the agent; default: name of this machine', agentName)
  .addOption(
    new Option('--category <category>', 'what the agent serves').choices(['sage', 'none']).default('sage'),
  )
  .option(
    '--role <name>',
    'a further kind of server that it calls; may be repeated',
    furtherRole,
    [] as readonly string[],
  )
  .action(
    guarded(async (options: EnrolOptions) => {
      const token = await accessToken(options.token, process.env.STEG_TOKEN)
      if (token === undefined) return program.error('error: no access token: give --token or set STEG_TOKEN')
      const network = await changedSettings(undefined, networkChange(options))
      const { name, agentId, tenant } = await enrol({
        state: openState(options.dir),
        hub: hubAt(options.hub, language(), openOutbound(network)),
        hubUrl: options.hub,
        token,
        name: options.name ?? hostName().slice(0, 64),
        host: hostName(),
        version: VERSION,
        category: options.category,
        furtherRoles: options.role,
        network,
        clock,
      })
      if (options.json) output().json({ event: 'enrolled', agentId, name, tenant })
      else output().line(words().enrolled(name, tenant.name))
      return 0
    }),
  )

command(program, 'run', 'connect to the hub and serve in the foreground')
  .addOption(
    new Option('--log-level <level>', 'log on standard error').choices([...LOG_LEVELS]).default('warn'),
  )
  .action(
    guarded((options: Shared & { logLevel: LogLevel }) =>
      run({
        dir: options.dir,
        json: options.json === true,
        language: language(),
        output: output(),
        log: createLog(options.logLevel),
      }),
    ),
  )

command(program, 'status', 'show the state of this agent').action(
  guarded(async (options: Shared) => {
    const view = await readStatus(options.dir)
    if (options.json) output().json(view)
    else for (const line of describeStatus(view, language())) output().line(line)
    return 0
  }),
)

withNetwork(
  command(program, 'network', 'show or change how hub and broker are reached; "none" takes a setting away'),
).action(
  guarded(async (options: Shared & NetworkChange) => {
    const change = networkChange(options)
    const view = await setNetwork(options.dir, change)
    if (options.json) output().json(view)
    else {
      for (const [label, value] of describeNetwork(view, language())) output().line(`${label}: ${value}`)
      if (Object.keys(change).length > 0) output().line(words().networkLater)
    }
    return 0
  }),
)

const targets = program.command('targets').description('addresses that this agent may call')

command(targets, 'allow', 'allow a further address, and limit what lies below it')
  .argument('<url>', 'base address', targetAddress)
  .option('--max-response-mb <n>', 'largest answer in MB, or "default": 4096', limit(4096))
  .option('--timeout-seconds <n>', 'longest call in s, or "default": the caller\'s own', limit(3600))
  .action(
    guarded(async (url: URL, options: Shared & LimitsChange) => {
      const allowed = await allowTarget(options.dir, url, options)
      if (options.json) output().json({ allowed })
      else output().line(words().allowed(allowed))
      return 0
    }),
  )

command(targets, 'list', 'list the addresses').action(
  guarded(async (options: Shared) => {
    const known = await listTargets(options.dir)
    if (options.json) output().json(known)
    else {
      for (const [name, url] of Object.entries(known.targets)) output().line(words().pinned(name, url))
      for (const url of known.allowed) output().line(words().alsoAllowed(url))
      for (const [url, limits] of Object.entries(known.limits)) output().line(words().limited(url, limits))
      if (Object.keys(known.targets).length === 0) output().line(words().noTargets)
    }
    return 0
  }),
)

addSecrets(program, command, guarded, { output, words })

/** Does what the command line says and ends the process. */
export async function runCommandLine(): Promise<void> {
  await program.parseAsync()
}
