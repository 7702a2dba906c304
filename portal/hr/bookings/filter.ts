import { type Booking, bookingStates } from '../booking-state.tsx'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const DAY_MS = 24 * 60 * 60 * 1000
/** Days shown where nobody has asked for anything: the list begins with the oldest. */
const LATELY_DAYS = 7

export interface Filter {
  readonly state?: Booking['state']
  readonly person?: string
  readonly day?: string
  readonly from?: string
}

/** An address may say anything: what it does not mean is left out. @param now milliseconds */
export function filterOf(address: URLSearchParams, now: number): Filter {
  const state = bookingStates.find((one) => one === address.get('state'))
  const person = address.get('person')?.trim() ?? ''
  const day = address.get('day') ?? ''
  if (state === undefined && person === '' && !DAY.test(day)) {
    return { from: new Date(now - LATELY_DAYS * DAY_MS).toISOString().slice(0, 10) }
  }
  return {
    ...(state === undefined ? {} : { state }),
    ...(person === '' ? {} : { person }),
    ...(DAY.test(day) ? { day } : {}),
  }
}
