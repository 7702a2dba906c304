/** Mixes whole numbers into 32 evenly spread bits: the same numbers always give the same bits. */
export function mix(...numbers: readonly number[]): number {
  let bits = 0x9e3779b9
  for (const number of numbers) {
    bits = Math.imul(bits ^ number, 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    bits ^= bits >>> 16
  }
  return bits >>> 0
}

/** A number in [0, 1) decided by `numbers` alone. */
export function fraction(...numbers: readonly number[]): number {
  return mix(...numbers) / 2 ** 32
}

/** One element of a list that is not empty. */
export function pick<T>(list: readonly [T, ...T[]], bits: number): T {
  return list[bits % list.length] ?? list[0]
}

/** A database key in the form of a GUID, decided by the seed. */
export function seededGuid(seed: number, index: number): string {
  const hex = [0, 1, 2, 3].map((part) => mix(seed, index, part).toString(16).padStart(8, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20)}`
}
