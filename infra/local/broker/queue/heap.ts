/** A binary heap that can also remove an item from its middle, in O(log n). The smallest item is on top. */
export interface Heap<T> {
  readonly size: number
  push(item: T): void
  peek(): T | undefined
  pop(): T | undefined
  /** Returns whether the item was there. */
  remove(item: T): boolean
}

export function createHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = []
  const places = new Map<T, number>()

  function put(item: T, index: number): void {
    items[index] = item
    places.set(item, index)
  }

  function up(item: T, start: number): void {
    let index = start
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = items[parent] as T
      if (!before(item, above)) break
      put(above, index)
      index = parent
    }
    put(item, index)
  }

  function down(item: T, start: number): void {
    let index = start
    for (;;) {
      let child = 2 * index + 1
      if (child >= items.length) break
      if (child + 1 < items.length && before(items[child + 1] as T, items[child] as T)) child++
      const below = items[child] as T
      if (!before(below, item)) break
      put(below, index)
      index = child
    }
    put(item, index)
  }

  function removeAt(index: number): T {
    const item = items[index] as T
    const last = items.pop() as T
    places.delete(item)
    if (index < items.length) {
      const parent = items[(index - 1) >> 1]
      if (index > 0 && parent !== undefined && before(last, parent)) up(last, index)
      else down(last, index)
    }
    return item
  }

  return {
    get size() {
      return items.length
    },
    push: (item) => up(item, items.length),
    peek: () => items[0],
    pop: () => (items.length > 0 ? removeAt(0) : undefined),
    remove(item) {
      const index = places.get(item)
      if (index === undefined) return false
      removeAt(index)
      return true
    },
  }
}
