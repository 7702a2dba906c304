import { defineConfig } from 'vitest/config'

/** Tests that start processes, brokers, databases of others or a browser. `test/projects.test.ts` holds the list. */
export const slow = [
  'test/{system,browser,broker,bus}/**/*.test.ts',
  'test/agent/*.test.ts',
  'test/agent/{commands,network,state}/**/*.test.ts',
  'test/agent/relay/journal.test.ts',
  'test/host/{process,http-buffered,http-streamed}.test.ts',
  'test/host/servicebus/broker.test.ts',
  'test/sage-simulator/{process,calls}.test.ts',
  'test/**/azure-*.test.ts',
  'test/store/sqlite.test.ts',
  'test/conformance/push/*.test.ts',
  'test/tenancy/accounts/attempts.test.ts',
]

// The machines that run this are slow at times; a test that hangs still ends.
const patience = { testTimeout: 120_000, hookTimeout: 180_000 }

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: slow, ...patience } },
      { test: { name: 'slow', include: slow, ...patience } },
    ],
  },
})
