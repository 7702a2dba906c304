import { z } from 'zod'
import { type Answer, json, Refusal } from '../answers.ts'
import { wholeNumber } from './call.ts'

const largestPage = 500
const take = wholeNumber.refine((value) => value <= largestPage, `must not be more than ${largestPage}`)

/** For lists that must be read in pages. */
export const requiredPaging = { 'options[Skip]': wholeNumber, 'options[Take]': take }
/** For lists that are usually short: without the options the first 500 rows are answered. */
export const optionalPaging = { 'options[Skip]': wholeNumber.optional(), 'options[Take]': take.optional() }

const pageSchema = z.object(optionalPaging)
export type Paging = z.output<typeof pageSchema>

export function pageOf(query: Paging): { skip: number; take: number } {
  const skip = query['options[Skip]']
  const wanted = query['options[Take]']
  if ((skip === undefined) !== (wanted === undefined)) {
    throw new Refusal(400, 'options[Skip] and options[Take] belong together.')
  }
  return { skip: skip ?? 0, take: wanted ?? largestPage }
}

export function listAnswer(rows: readonly unknown[], query: Paging): Answer {
  const { skip, take: wanted } = pageOf(query)
  return json({ Results: rows.slice(skip, skip + wanted), Total: rows.length })
}
