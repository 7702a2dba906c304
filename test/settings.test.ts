import { expect, it } from 'vitest'
import { readSettings } from '../functions/settings.ts'

const environment = {
  STEG_STORE: 'sqlite:/data/store.db',
  STEG_BUS: 'Endpoint=sb://steg.servicebus.windows.net;SharedAccessKeyName=x;SharedAccessKey=x',
  STEG_BUS_LISTEN_KEY: 'x',
  STEG_BUS_SEND_KEY: 'x',
  STEG_MASTER_KEY: Buffer.alloc(32).toString('base64'),
  STEG_OPERATOR_TOKEN_HASH: 'x'.repeat(43),
}

it.each([
  [{}, { kind: 'files', directory: '/data/blobs' }],
  [{ STEG_BLOBS: 'file:/other' }, { kind: 'files', directory: '/other' }],
  [{ STEG_BLOBS: 'AccountName=a;' }, { kind: 'azure', connection: 'AccountName=a;' }],
  [{ STEG_STORE: 'AccountName=b;' }, { kind: 'azure', connection: 'AccountName=b;' }],
  [{ STEG_STORE: 'sqlite::memory:' }, { kind: 'files', directory: expect.stringMatching(/steg-\d+.blobs$/) }],
])('blobs lie beside the store unless they are set: %o', (more, blobs) => {
  expect(readSettings({ ...environment, ...more }).blobs).toEqual(blobs)
})
