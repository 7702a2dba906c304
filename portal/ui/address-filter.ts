import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

export type ChangeFilter = (name: string, value: string) => void

/** What a list is filtered by, kept in the address of the page; an empty value takes its name away. */
export function useAddressFilter(): readonly [address: URLSearchParams, change: ChangeFilter] {
  const [address, setAddress] = useSearchParams()
  const change = useCallback(
    (name: string, value: string) =>
      setAddress(
        (before) => {
          const next = new URLSearchParams(before)
          if (value === '') next.delete(name)
          else next.set(name, value)
          return next
        },
        { replace: true },
      ),
    [setAddress],
  )
  return [address, change]
}
