import { z } from 'zod'
import { createApi } from './api.ts'
import { type DataFolder, newKey } from './data-folder.ts'
import type { Report } from './report.ts'

const MasterKeys = z.object({ keys: z.array(z.object({ current: z.boolean(), state: z.string() })) })

/** A new master key for the hub that is started next; the one until now stays beside it and opens what it wrapped. */
export async function changeMasterKey(folder: DataFolder): Promise<void> {
  const { masterKey, olderMasterKeys = [], ...rest } = folder.secrets
  await folder.keepSecrets({ ...rest, masterKey: newKey(), olderMasterKeys: [masterKey, ...olderMasterKeys] })
}

/** Forgets the older master keys when the hub says that nothing is wrapped by them any more. */
export async function dropRetiredKeys(folder: DataFolder, url: string, report: Report): Promise<void> {
  const { olderMasterKeys = [], ...rest } = folder.secrets
  if (olderMasterKeys.length === 0) return
  if (await areNeeded(url, rest.operatorToken, report)) {
    report.text(
      'The data are being re-wrapped with the new master key. The old one is removed at a later start; keep secrets.json until then.',
    )
    return
  }
  await folder.keepSecrets(rest)
  report.event('master-keys-removed', { count: olderMasterKeys.length })
  report.text('The former master key has been removed: nothing needs it any more.')
}

/** In doubt they are: the next start asks again. */
async function areNeeded(url: string, operatorToken: string, report: Report): Promise<boolean> {
  try {
    const { keys } = await createApi(url, operatorToken).get('/master-keys', MasterKeys)
    return keys.some(({ current, state }) => !current && state === 'in-use')
  } catch (error) {
    report.log('platform', `master keys: ${error instanceof Error ? error.message : String(error)}`)
    return true
  }
}
