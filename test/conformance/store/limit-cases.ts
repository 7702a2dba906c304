import { rowBytes, writeBytes } from '../../../functions/platform/store/limits.ts'
import { limits, type Store, type Value, type Write } from '../../../functions/platform/store/port.ts'

/** One thing to do that is just within a limit, or over it and refused with a text that contains `refused`. */
export interface LimitCase {
  readonly name: string
  readonly run: (store: Store, partition: string) => Promise<unknown>
  readonly refused?: string
}

const any = { kind: 'any' } as const

function putting(values: Record<string, unknown>, key = 'k') {
  return (store: Store, partition: string) =>
    store.put('Rows', { partition, key, values: values as Record<string, Value> }, any)
}

/** A row of so many bytes, or a few less. Tables counts two bytes for each character, UTF-8 three for the wide one. */
function rowOfBytes(partition: string, bytes: number, character: 'x' | '€'): Record<string, string> {
  const each = character === 'x' ? 2 : 3
  const values: Record<string, string> = {}
  for (let n = 0; ; n++) {
    const room = bytes - rowBytes(partition, 'k', { ...values, [`p${n}`]: '' })
    const length = Math.min(limits.stringCharacters, Math.floor(room / each))
    values[`p${n}`] = character.repeat(length)
    if (length < limits.stringCharacters) return values
  }
}

/** In a batch, because a single row of wide text is sent to emulators in a longer form. */
function inBatch(bytes: number, character: 'x' | '€') {
  return (store: Store, partition: string) => {
    const values = rowOfBytes(partition, bytes, character)
    return store.batch('Rows', partition, [{ kind: 'put', key: 'k', values, condition: any }])
  }
}

/** Writes whose batch takes at most so many bytes and nearly that. */
function writesOfBytes(partition: string, bytes: number): Write[] {
  const writes: Write[] = []
  for (let left = bytes, n = 0; ; n++) {
    const of = (length: number): Write => {
      const parts = Math.ceil(length / limits.stringCharacters)
      const values = Object.fromEntries(
        Array.from({ length: parts }, (_, part) => [
          `p${part}`,
          'x'.repeat(Math.min(limits.stringCharacters, length - part * limits.stringCharacters)),
        ]),
      )
      return { kind: 'put', key: `k${n}`, values, condition: any }
    }
    const rest = Math.floor((left - writeBytes(partition, of(0)) - 500) / 2)
    const write = of(Math.min(500_000, Math.max(0, rest)))
    writes.push(write)
    left -= writeBytes(partition, write)
    if (left < 4000) return writes
  }
}

const properties = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, n]))
const puts = (count: number): Write[] =>
  Array.from({ length: count }, (_, n) => ({ kind: 'put', key: `k${n}`, values: {}, condition: any }))

const forbidden = ['/', '\\', '#', '?', '\u0000', '\t', '\u001f', '\u007f', '\u009f', '\ud800', '\udc00x']

export const limitCases: readonly LimitCase[] = [
  { name: 'keys of 500 characters', run: putting({}, '€'.repeat(500)) },
  {
    name: 'a partition and bounds of 500 characters',
    run: async (store, partition) => {
      const longest = partition.padEnd(500, '€')
      await store.put('Rows', { partition: longest, key: 'k', values: {} }, any)
      await store.query('Rows', longest, { from: '€'.repeat(500), to: '本'.repeat(500) })
    },
  },
  { name: 'a key of 501 characters', run: putting({}, 'k'.repeat(501)), refused: '500 characters' },
  { name: 'an empty key', run: putting({}, ''), refused: '1 to 500' },
  {
    name: 'an empty partition',
    run: (store) => store.query('Rows', ''),
    refused: 'partition has 1 to 500',
  },
  {
    name: 'a partition of 501 characters',
    run: (store) => store.get('Rows', 'p'.repeat(501), 'k'),
    refused: 'partition has 1 to 500',
  },
  ...forbidden.map((character) => ({
    name: `a key with ${JSON.stringify(character)}`,
    run: putting({}, `a${character}b`),
    refused: 'the key has',
  })),
  ...forbidden.map((character) => ({
    name: `delete of a key with ${JSON.stringify(character)}`,
    run: (store: Store, partition: string) => store.delete('Rows', partition, `a${character}`, any),
    refused: 'the key has',
  })),
  { name: '252 properties', run: putting(properties(252)) },
  { name: '253 properties', run: putting(properties(253)), refused: '252 properties' },
  {
    name: 'a string of 32,769 characters',
    run: putting({ a: 'x'.repeat(32_769) }),
    refused: '32768 characters',
  },
  { name: 'half a surrogate pair in a string', run: putting({ a: 'x\ud83d' }), refused: 'well-formed' },
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => ({
    name: `the number ${value}`,
    run: putting({ a: value }),
    refused: 'finite number',
  })),
  ...[null, undefined, {}, [], 1n].map((value) => ({
    name: `a property of ${typeof value} ${String(value)}`,
    run: putting({ a: value }),
    refused: 'neither string, number nor boolean',
  })),
  ...[
    'PartitionKey',
    'RowKey',
    'Timestamp',
    'partitionKey',
    'rowKey',
    'timestamp',
    'etag',
    'constructor',
  ].map((name) => ({ name: `a property ${name}`, run: putting({ [name]: 'x' }), refused: 'reserved' })),
  {
    name: 'a property __proto__',
    run: putting(JSON.parse('{"__proto__":"x"}')),
    refused: 'reserved',
  },
  ...['', '1a', 'a-b', 'a.b', 'a b', 'odata.etag', 'a@b', '😀', 'n'.repeat(256)].map((name) => ({
    name: `a property name ${JSON.stringify(name).slice(0, 20)}`,
    run: putting({ [name]: 'x' }),
    refused: 'identifier',
  })),
  ...(['x', '€'] as const).flatMap((character) => [
    {
      name: `a row of 1 MiB of ${character}`,
      run: inBatch(limits.rowBytes, character),
    },
    {
      name: `a row over 1 MiB of ${character}`,
      run: inBatch(limits.rowBytes + 8, character),
      refused: '1048576 bytes in a row',
    },
  ]),
  { name: 'a batch of nothing', run: (store, p) => store.batch('Rows', p, []), refused: '1 to 100 writes' },
  {
    name: 'a batch of 101',
    run: (store, p) => store.batch('Rows', p, puts(101)),
    refused: '1 to 100 writes',
  },
  {
    name: 'a key twice in a batch',
    run: (store, p) => store.batch('Rows', p, [...puts(2), { kind: 'delete', key: 'k1', condition: any }]),
    refused: 'once in a batch',
  },
  {
    name: 'one bad write in a batch',
    run: (store, p) =>
      store.batch('Rows', p, [
        ...puts(2),
        { kind: 'put', key: 'bad', values: { a: Number.NaN }, condition: any },
      ]),
    refused: 'finite number',
  },
  {
    name: 'a batch of 4 MiB',
    run: (store, p) => store.batch('Rows', p, writesOfBytes(p, limits.batchBytes)),
  },
  {
    name: 'a batch over 4 MiB',
    run: (store, p) => store.batch('Rows', p, writesOfBytes(p, limits.batchBytes + 5000)),
    refused: '4194304 bytes in a batch',
  },
  ...[0, -1, 1001, 1.5, Number.NaN].map((limit) => ({
    name: `a page of ${limit}`,
    run: (store: Store, partition: string) => store.query('Rows', partition, { limit }),
    refused: '1 to 1000 rows',
  })),
  {
    name: 'a bound of 501 characters',
    run: (store, partition) => store.query('Rows', partition, { from: 'x'.repeat(501) }),
    refused: '500 characters',
  },
  {
    name: 'a bound of half a character',
    run: (store, partition) => store.query('Rows', partition, { to: '\ud800' }),
    refused: 'well-formed',
  },
  ...['', 'ab', '1abc', 'a-bc', 'tables', 'x'.repeat(64)].map((table) => ({
    name: `a table named ${JSON.stringify(table).slice(0, 12)}`,
    run: (store: Store, partition: string) => store.get(table, partition, 'k'),
    refused: 'table name',
  })),
]
