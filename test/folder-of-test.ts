import { onTestFinished } from 'vitest'
import { makeFolder, removeFolder } from './folder.ts'

/** An empty folder that goes with the test. */
export async function folderOfTest(): Promise<string> {
  const path = await makeFolder()
  onTestFinished(() => removeFolder(path))
  return path
}
