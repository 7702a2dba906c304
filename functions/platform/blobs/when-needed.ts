import type { Blobs } from './port.ts'

/** Opens the blobs with the first call, and again when that failed. */
export function whenNeeded(open: () => Promise<Blobs>): Blobs {
  let opening: Promise<Blobs> | undefined

  async function opened(): Promise<Blobs> {
    opening ??= open()
    try {
      return await opening
    } catch (error) {
      opening = undefined
      throw error
    }
  }

  return {
    put: async (...call) => (await opened()).put(...call),
    get: async (...call) => (await opened()).get(...call),
    delete: async (...call) => (await opened()).delete(...call),
    deleteUnder: async (...call) => (await opened()).deleteUnder(...call),
    list: async (...call) => (await opened()).list(...call),
  }
}
