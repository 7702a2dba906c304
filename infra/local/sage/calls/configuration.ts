import { json, xml } from '../answers.ts'
import type { Database } from '../site.ts'
import { type Call, defineCall, noQuery } from './call.ts'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escaped = (text: string) => text.replace(/[&<>]/g, (letter) => entities[letter] ?? '')

function databaseXml({ key, name, database, isPkp }: Database): string {
  return [
    '  <XConnectionSettingsBasic>',
    `    <Key>${escaped(key)}</Key>`,
    `    <Name>${escaped(name)}</Name>`,
    `    <Database>${escaped(database)}</Database>`,
    `    <IsPKP>${isPkp}</IsPKP>`,
    '  </XConnectionSettingsBasic>',
  ].join('\r\n')
}

export const configurationCalls: readonly Call[] = [
  defineCall({
    method: 'GET',
    paths: ['Configuration/CurrentTime'],
    access: 'signed-in',
    query: noQuery,
    run: ({ site }) => json(site.time.local()),
  }),
  defineCall({
    method: 'GET',
    paths: ['Configuration/Databases/Basic'],
    access: 'open',
    query: noQuery,
    run: ({ site }) =>
      xml(
        [
          '<ArrayOfXConnectionSettingsBasic xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
          ...site.databases.map(databaseXml),
          '</ArrayOfXConnectionSettingsBasic>',
        ].join('\r\n'),
      ),
  }),
]
