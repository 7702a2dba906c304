import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect } from 'vitest'

const folder = new URL('./schemas/', import.meta.url)
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true })
for (const name of readdirSync(folder)) ajv.addSchema(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))

/** Checks a value against a schema that was written from the contract, not from the simulator. */
export function expectSchema(name: string, value: unknown): void {
  const validate = ajv.getSchema(name)
  if (!validate) throw new Error(`no schema ${name}`)
  const valid = validate(value)
  expect(valid ? [] : validate.errors, JSON.stringify(value).slice(0, 400)).toEqual([])
}
