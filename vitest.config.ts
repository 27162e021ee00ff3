import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vitest/config'

const node = {
  environment: 'node' as const,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // A busy machine may take longer than the second that is the default.
  expect: { poll: { timeout: 30_000 } },
}

export default defineConfig({
  test: {
    // Tests that run side by side only wait, for limits and pauses of sources.
    maxConcurrency: 20,
    globalSetup: 'tests/run/empty-database.ts',
    projects: [
      {
        test: {
          ...node,
          name: 'unit',
          include: ['{core,server,simulator,bench}/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
        },
      },
      { plugins: [sveltekit()], test: { ...node, name: 'app', include: ['web/**/*.test.ts'] } },
      { test: { ...node, name: 'database', include: ['tests/database/**/*.test.ts'] } },
      { test: { ...node, name: 'fuzz', include: ['tests/fuzz/**/*.test.ts'] } },
      { test: { ...node, name: 'api', include: ['tests/api/**/*.test.ts'] } },
      {
        test: {
          ...node,
          name: 'journey',
          include: ['tests/journey/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...node,
          name: 'containers',
          include: ['tests/containers/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...node,
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
    ],
  },
})
