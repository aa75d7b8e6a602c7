/**
 * Who may import what, for ESLint: the second guard beside dependency-cruiser.cjs, as only ESLint sees type imports in
 * components. Zones do not overlap: the last configuration that matches a file wins.
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from '../checkout/project-root.js'

/** @typedef {{ regex: string, message: string }} Pattern */

/**
 * Foreign libraries that only some folders import, so that each can be replaced in one place.
 * @type {readonly { name: string, regex: string, owners: readonly string[] }[]}
 */
const libraries = [
  {
    name: 'kafkajs and the codecs of its batches',
    regex: '^(kafkajs|snappy|lz4-napi)(/|$)',
    owners: ['src-main/engine/kafka'],
  },
  {
    name: 'Avro, Protobuf and JSON Schema',
    regex: '^(avsc|protobufjs|ajv|ajv-formats)(/|$)',
    owners: ['src-main/engine/formats', 'src-main/engine/formats/registry'],
  },
  {
    name: 'better-sqlite3',
    regex: '^better-sqlite3',
    owners: ['src-main/engine/store', 'src-main/engine/threads'],
  },
  {
    name: 'node:sqlite',
    regex: '^node:sqlite',
    owners: ['src-main/engine/query', 'src-main/engine/messages', 'src-main/engine/snapshots'],
  },
  { name: 'electron', regex: '^electron(/|$)', owners: ['src-main/hosts/electron', 'src-main/preload'] },
  { name: 'echarts', regex: '^echarts', owners: ['src-renderer/charts'] },
  { name: 'CodeMirror', regex: '^@(codemirror|lezer)/', owners: ['src-renderer/editor'] },
  { name: 'the grid', regex: '^ag-grid', owners: ['src-renderer/grid'] },
]

const stages = [
  'ingest',
  'transform',
  'store',
  'query',
  'watch',
  'lookups',
  'cluster',
  'messages',
  'connections',
  'snapshots',
]

/** Pieces of the engine that every stage may import. */
const sharedPieces = ['signals', 'batch', 'sql', 'json', 'kafka', 'formats', 'masks']

/** @type {readonly Pattern[]} */
const engineKnowsNoHost = [
  { regex: '^(ws|@orpc/.*)$', message: 'The engine knows no transport; hosts do.' },
  { regex: '^\\.{1,2}/.*(hosts|preload)/', message: 'The engine does not know its hosts.' },
]

/** @type {readonly Pattern[]} */
const engineIsAlone = [
  ...engineKnowsNoHost,
  {
    regex: '^(node:)?(http|https|http2|net|tls)$',
    message: 'Only kafka and formats/registry of the engine open sockets; those for people are of the hosts.',
  },
]

/** @type {Pattern} */
const rendererIsAlone = {
  regex: '^node:|src-main|^#(?!contract/)',
  message: 'The renderer imports the contract (#contract/x.ts), itself, and packages for the browser.',
}

/**
 * The schema of the system tables is the one thing of the store that other stages read: they write or query its rows.
 * @param {string} stage
 * @returns {Pattern}
 */
function otherStages(stage) {
  const others = stages.filter((name) => name !== stage).join('|')
  return {
    regex: `^\\.\\.?/(.*/)?(${others})/(?!system-schema\\.ts$)`,
    message:
      'Stages of the engine do not import each other; shared pieces are in batch, sql, json, kafka, formats and masks.',
  }
}

/**
 * @param {string} feature
 * @param {readonly string[]} features
 * @returns {Pattern[]}
 */
function otherFeatures(feature, features) {
  const others = features.filter((name) => name !== feature)
  if (others.length === 0) return []
  const regex = `^(\\.\\./)+(features/)?(${others.join('|')})/`
  return [
    {
      regex,
      message: 'Features do not import each other; shared pieces are in ui, state, charts, editor, grid.',
    },
  ]
}

/** @returns {{ folder: string, patterns: readonly Pattern[] }[]} */
function zones() {
  const features = foldersOf('src-renderer/features')
  const contract = [
    { regex: '^(?!\\./|zod$|@orpc/contract$)', message: 'The contract is a leaf: zod and itself.' },
  ]
  return [
    { folder: 'src-main', patterns: [] },
    { folder: 'src-main/contract', patterns: contract },
    { folder: 'src-main/columns', patterns: engineIsAlone },
    { folder: 'src-main/workspace', patterns: engineIsAlone },
    { folder: 'src-main/engine', patterns: engineIsAlone },
    ...stages.map((stage) => ({
      folder: `src-main/engine/${stage}`,
      patterns: [...engineIsAlone, otherStages(stage)],
    })),
    ...sharedPieces.map((shared) => ({
      folder: `src-main/engine/${shared}`,
      patterns: [...(shared === 'kafka' ? engineKnowsNoHost : engineIsAlone), otherStages(shared)],
    })),
    {
      folder: 'src-main/engine/formats/registry',
      patterns: [...engineKnowsNoHost, otherStages('formats')],
    },
    { folder: 'src-main/engine/threads', patterns: engineIsAlone },
    { folder: 'src-main/hosts/electron', patterns: [] },
    { folder: 'src-main/preload', patterns: [] },
    { folder: 'src-renderer', patterns: [rendererIsAlone] },
    ...['charts', 'editor', 'grid'].map((name) => ({
      folder: `src-renderer/${name}`,
      patterns: [rendererIsAlone],
    })),
    ...features.map((feature) => ({
      folder: `src-renderer/features/${feature}`,
      patterns: [rendererIsAlone, ...otherFeatures(feature, features)],
    })),
  ]
}

/**
 * ESLint configurations, one per zone, wider zones first.
 * @returns {import('eslint').Linter.Config[]}
 */
export function importRules() {
  return zones().map(({ folder, patterns }) => {
    const foreign = libraries
      .filter(({ owners }) => !owners.includes(folder))
      .map(({ name, regex, owners }) => ({ regex, message: `Only ${owners.join(' and ')} imports ${name}.` }))
    return {
      name: `penstock/imports/${folder}`,
      files: [`${folder}/**/*.{ts,svelte}`],
      rules: { 'no-restricted-imports': ['error', { patterns: [...patterns, ...foreign] }] },
    }
  })
}

/** @param {string} folder relative to the project */
function foldersOf(folder) {
  return readdirSync(path.join(projectRoot, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}
