import { isStegError } from '../shared/errors/error.ts'

/** The code with which something fails: `none` when it does not. What is no error of the catalogue is thrown on. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'none'
  } catch (error) {
    if (isStegError(error)) return error.code
    throw error
  }
}
