import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { z } from 'zod'
import { StegError } from '../../../shared/errors/error.ts'
import type { SageDatabase, SageSession } from './port.ts'
import type { SageProfile } from './profile.ts'

const Settings = z.object({ Key: z.string().min(1), Name: z.string(), Database: z.string() })
const Document = z.object({
  ArrayOfXConnectionSettingsBasic: z.union([
    z.object({ XConnectionSettingsBasic: z.array(Settings).default([]) }),
    z.literal('').transform(() => ({ XConnectionSettingsBasic: [] })),
  ]),
})

/** @throws StegError `sage-unexpected-data` and those of the session */
export async function readDatabases(
  session: Pick<SageSession, 'getText'>,
  profile: SageProfile,
): Promise<readonly SageDatabase[]> {
  const xml = await session.getText(profile.databases)
  const valid = XMLValidator.validate(xml)
  if (valid !== true) throw notDatabases(profile, valid.err.msg)
  const parsed = Document.safeParse(
    new XMLParser({
      parseTagValue: false,
      processEntities: true,
      isArray: (name) => name === 'XConnectionSettingsBasic',
    }).parse(xml),
  )
  if (!parsed.success) throw notDatabases(profile, 'it is not a list of databases')
  return parsed.data.ArrayOfXConnectionSettingsBasic.XConnectionSettingsBasic.map((entry) => ({
    key: entry.Key,
    name: entry.Name,
    database: entry.Database,
  }))
}

/** Why a sign-in may have been refused: no database chosen, or one that is not there. */
export function explainDatabase(
  databases: readonly SageDatabase[],
  chosen: string | undefined,
): StegError | undefined {
  const names = databases.map(({ name }) => name).join(', ')
  if (chosen === undefined) {
    return databases.length > 1 ? new StegError('sage-database-needed', { names }) : undefined
  }
  return databases.some(({ key }) => key === chosen)
    ? undefined
    : new StegError('sage-database-unknown', { key: chosen, names })
}

function notDatabases(profile: SageProfile, problem: string): StegError {
  return new StegError('sage-unexpected-data', { path: profile.databases, problem })
}
