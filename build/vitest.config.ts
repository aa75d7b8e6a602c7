/** Three projects: `node` and `renderer` for test/unit, `integration` for test/integration. Run through `npm test`. */
import { svelte } from '@sveltejs/vite-plugin-svelte'
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { sourceFlags } from './checkout/node-binary.js'

const root = path.resolve(import.meta.dirname, '..')
const summary = process.env['PENSTOCK_SUMMARY'] === undefined ? [] : ['./build/testing/vitest-summary.js']

export default defineConfig({
  root,
  cacheDir: 'node_modules/.cache/vitest',
  test: {
    reporters: ['default', ...summary],
    pool: 'forks',
    execArgv: sourceFlags,
    maxWorkers: 2,
    allowOnly: false,
    coverage: {
      provider: 'v8',
      include: ['src-main/contract/**/*.ts', 'src-main/engine/**/*.ts'],
      reporter: ['text', 'html'],
      reportsDirectory: 'coverage',
      thresholds: { statements: 90, lines: 90, functions: 90, branches: 80 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/unit/**/*.test.ts'],
          exclude: ['test/unit/renderer/**'],
        },
      },
      {
        extends: true,
        plugins: [svelte({ configFile: path.join(root, 'src-renderer', 'svelte.config.js') })],
        resolve: { conditions: ['browser'] },
        test: { name: 'renderer', environment: 'jsdom', include: ['test/unit/renderer/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          environment: 'node',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
