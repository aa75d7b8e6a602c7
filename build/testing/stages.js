/** What `npm test` runs, in order. A check is one or more commands that pass or fail; a test stage counts its tests. */
import path from 'node:path'
import { toolScript } from '../checkout/node-binary.js'

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string} title
 * @property {'checks' | 'build' | 'tests'} kind
 * @property {() => string[][]} commands arguments for Node 24; several of one stage may run at once
 * @property {number} limitMs longest that one command may take
 * @property {boolean} [needsBrowser]
 * @property {boolean} [needsKafka]
 * @property {boolean} [isOnDemand] runs only where it is named
 */

const cache = path.join('node_modules', '.cache')
const minuteMs = 60_000

/** @param {string} project folder of a tsconfig.json */
function tsc(project) {
  const buildInfo = path.join(cache, 'tsc', `${project.replaceAll('/', '-')}.tsbuildinfo`)
  return [
    toolScript('typescript', 'tsc'),
    '-p',
    project,
    '--pretty',
    '--incremental',
    '--tsBuildInfoFile',
    buildInfo,
  ]
}

/** @returns {string[]} */
function eslint() {
  const caching = [
    '--cache',
    '--cache-strategy',
    'content',
    '--cache-location',
    path.join(cache, 'eslint') + path.sep,
  ]
  return [
    toolScript('eslint'),
    '--config',
    'build/eslint.config.js',
    '--color',
    '--max-warnings',
    '0',
    ...caching,
    '.',
  ]
}

/** @returns {string[]} */
function prettier() {
  const caching = [
    '--cache',
    '--cache-strategy',
    'content',
    '--cache-location',
    path.join(cache, 'prettier', 'all'),
  ]
  return [toolScript('prettier'), '--check', '--log-level', 'warn', ...caching, '.']
}

/** @returns {string[]} */
function dependencyCruiser() {
  const folders = ['src-main', 'src-renderer', 'test']
  return [
    toolScript('dependency-cruiser', 'depcruise'),
    '--config',
    'build/dependency-cruiser.cjs',
    ...folders,
  ]
}

/** @param {string} project of build/vitest.kafka.config.ts */
function kafkaTests(project) {
  const config = ['--config', 'build/vitest.kafka.config.ts', '--project', project]
  return [toolScript('vitest'), 'run', ...config]
}

/** @type {readonly Stage[]} */
export const stages = [
  {
    name: 'typecheck',
    title: 'type checks',
    kind: 'checks',
    limitMs: 5 * minuteMs,
    commands: () => [
      [toolScript('svelte-check'), '--tsconfig', 'src-renderer/tsconfig.json', '--fail-on-warnings'],
      tsc('src-main/contract'),
      tsc('src-main'),
      tsc('test'),
      tsc('build'),
    ],
  },
  {
    name: 'lint',
    title: 'lint and format',
    kind: 'checks',
    limitMs: 5 * minuteMs,
    commands: () => [eslint(), prettier()],
  },
  {
    name: 'deps',
    title: 'dependency rules',
    kind: 'checks',
    limitMs: 5 * minuteMs,
    commands: () => [
      dependencyCruiser(),
      [toolScript('knip'), '--config', 'build/knip.json', '--no-progress'],
    ],
  },
  {
    name: 'unit',
    title: 'unit, property and integration tests',
    kind: 'tests',
    limitMs: 8 * minuteMs,
    commands: () => [[toolScript('vitest'), 'run', '--config', 'build/vitest.config.ts']],
  },
  {
    name: 'kafka',
    title: 'tests against a real Kafka broker',
    kind: 'tests',
    limitMs: 12 * minuteMs,
    needsKafka: true,
    commands: () => [kafkaTests('kafka')],
  },
  {
    name: 'soak',
    title: 'long tests against a real Kafka broker',
    kind: 'tests',
    limitMs: 180 * minuteMs,
    needsKafka: true,
    isOnDemand: true,
    commands: () => [kafkaTests('soak')],
  },
  {
    name: 'build',
    title: 'build',
    kind: 'build',
    limitMs: 5 * minuteMs,
    commands: () => [],
  },
  {
    name: 'e2e',
    title: 'browser tests',
    kind: 'tests',
    limitMs: 8 * minuteMs,
    needsBrowser: true,
    commands: () => [
      [toolScript('@playwright/test', 'playwright'), 'test', '--config', 'build/playwright.config.ts'],
    ],
  },
]

/**
 * Names of stages first, then arguments for the test runner, as in `unit test/unit/contract`.
 * @param {readonly string[]} args
 * @returns {{ chosen: readonly Stage[], rest: readonly string[] }}
 */
export function chooseStages(args) {
  const names = new Set(stages.map((stage) => stage.name))
  const firstOther = args.findIndex((argument) => !names.has(argument))
  const wanted = new Set(firstOther === -1 ? args : args.slice(0, firstOther))
  const rest = firstOther === -1 ? [] : args.slice(firstOther)
  const isChosen = (/** @type {Stage} */ stage) =>
    wanted.size === 0 ? stage.isOnDemand !== true : wanted.has(stage.name)
  return { chosen: stages.filter(isChosen), rest }
}
