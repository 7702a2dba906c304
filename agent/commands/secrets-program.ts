import { type Command, Option } from 'commander'
import { secretName, targetAddress } from './arguments.ts'
import type { Output } from './output.ts'
import { listSecrets, type NewSecret, readPassword, removeSecret, setSecret } from './secrets.ts'
import type { texts } from './texts.ts'

interface Shared {
  readonly dir: string
  readonly json?: true
}

/** The commands for secrets that stay on this machine. */
export function addSecrets(
  program: Command,
  command: (parent: Command, name: string, description: string) => Command,
  guarded: <A extends unknown[]>(action: (...args: A) => Promise<number>) => (...args: A) => Promise<void>,
  say: { readonly output: () => Output; readonly words: () => (typeof texts)['en' | 'de'] },
): void {
  const secrets = program.command('secrets').description('secrets that the hub knows by name alone')

  command(secrets, 'set', 'keep a login and the password that standard input holds')
    .argument('<name>', 'name under which calls ask for it', secretName)
    .requiredOption('--login <login>', 'login at the target; for NTLM also DOMAIN\\user')
    .addOption(new Option('--kind <kind>', 'how to sign in').choices(['basic', 'ntlm']).default('basic'))
    .option('--domain <domain>', 'domain of the login, for NTLM')
    .option('--url <url>', 'only for this address and what lies below it', targetAddress)
    .action(
      guarded(async (name: string, options: Shared & NewSecret) => {
        await setSecret(options.dir, name, options, await readPassword(process.stdin))
        if (options.json) say.output().json({ event: 'set', name })
        else say.output().line(say.words().secretSet(name))
        return 0
      }),
    )

  command(secrets, 'list', 'show which secrets there are, without their passwords').action(
    guarded(async (options: Shared) => {
      const found = await listSecrets(options.dir)
      if (options.json) say.output().json({ items: found })
      else if (found.length === 0) say.output().line(say.words().noSecrets)
      else {
        for (const { name, kind, login, url } of found)
          say.output().line(say.words().secret(name, kind, login, url))
      }
      return 0
    }),
  )

  command(secrets, 'remove', 'forget a secret')
    .argument('<name>', 'its name', secretName)
    .action(
      guarded(async (name: string, options: Shared) => {
        await removeSecret(options.dir, name)
        if (options.json) say.output().json({ event: 'removed', name })
        else say.output().line(say.words().secretRemoved(name))
        return 0
      }),
    )
}
