#!/usr/bin/env node
import { startSmall } from './memory.ts'

startSmall()
const { runCommandLine } = await import('./commands/program.ts')
await runCommandLine()
