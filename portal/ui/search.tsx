import { Field, SearchBox } from '@fluentui/react-components'
import { useEffect, useState } from 'react'

/** Milliseconds of quiet after which what was typed counts. */
const QUIET_MS = 250

/** A box to search in a list. Tells what to search for once typing has come to rest. */
export function Search({
  label,
  value,
  onSearch,
}: {
  readonly label: string
  /** What is being searched for now. */
  readonly value: string
  readonly onSearch: (text: string) => void
}) {
  const [text, setText] = useState(value)
  const [known, setKnown] = useState({ value, told: value })
  if (value !== known.value) {
    setKnown({ value, told: value })
    // Changed by something else than this box, such as a link.
    if (value !== known.told) setText(value)
  }
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(() => {
      setKnown({ value, told: text.trim() })
      onSearch(text.trim())
    }, QUIET_MS)
    return () => clearTimeout(timer)
  }, [text, value, onSearch])
  return (
    <Field>
      <SearchBox
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(_, data) => setText(data.value)}
      />
    </Field>
  )
}
