/** Tests against a real broker: `kafka` is a stage of `npm test`, `soak` is run by `npm run soak`. */
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { sourceFlags } from './checkout/node-binary.js'

const root = path.resolve(import.meta.dirname, '..')
const summary = process.env['PENSTOCK_SUMMARY'] === undefined ? [] : ['./build/testing/vitest-summary.js']
const setup = 'test/kafka/support/global-setup.ts'

export default defineConfig({
  root,
  cacheDir: 'node_modules/.cache/vitest',
  test: {
    reporters: ['default', ...summary],
    pool: 'forks',
    execArgv: sourceFlags,
    maxWorkers: 2,
    allowOnly: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'kafka',
          environment: 'node',
          include: ['test/kafka/**/*.test.ts'],
          globalSetup: [setup],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          environment: 'node',
          include: ['test/kafka/soak/**/*.soak.ts'],
          globalSetup: [setup],
          testTimeout: 3_600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
