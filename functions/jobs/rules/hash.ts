/** FNV-1a, 32 bits: spreads ids evenly. Source: draft-eastlake-fnv. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash
}

/**
 * 32 bits of which each depends on every character, so that also the highest are spread evenly for ids that differ in
 * their last character only. Source: the finalizer of MurmurHash3.
 */
export function mixedHash(text: string): number {
  let hash = fnv1a(text)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
