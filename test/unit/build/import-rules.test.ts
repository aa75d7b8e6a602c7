/** The import rules of ESLint catch what they are for, and let through what the design allows. */
import { Linter } from 'eslint'
import { expect, test } from 'vitest'
import { importRules } from '../../../build/lint/import-rules.js'

const linter = new Linter({ configType: 'flat' })

function isAllowed(file: string, specifier: string): boolean {
  const config = importRules().map((rules) => ({
    ...rules,
    languageOptions: { sourceType: 'module' as const },
  }))
  return linter.verify(`import '${specifier}'`, config, { filename: file }).length === 0
}

test.each([
  ['src-main/contract/live.ts', './errors.ts'],
  ['src-main/contract/live.ts', 'zod'],
  ['src-main/engine/store/writer.ts', '../batch/packed-batch.ts'],
  ['src-main/engine/query/schema.ts', '../store/system-schema.ts'],
  ['src-main/engine/threads/store.worker.ts', '../store/writer.ts'],
  ['src-main/engine/query/session.ts', 'node:sqlite'],
  ['src-main/engine/kafka/client/kafkajs.ts', 'node:tls'],
  ['src-main/engine/kafka/records/codecs.ts', 'lz4-napi'],
  ['src-main/engine/ingest/kafka/kafka-source.ts', '../../kafka/client/cluster-client.ts'],
  ['src-main/engine/messages/search.ts', '../formats/value-format.ts'],
  ['src-main/engine/messages/search.ts', 'node:sqlite'],
  ['src-main/engine/formats/avro.ts', 'avsc'],
  ['src-main/engine/formats/registry/client.ts', 'node:https'],
  ['src-main/hosts/serve/server.ts', 'node:http'],
  ['src-main/hosts/electron/main.ts', 'electron'],
  ['src-renderer/charts/chart.ts', 'echarts/core'],
  ['src-renderer/state/live.svelte.ts', '#contract/live.ts'],
])('%s may import %s', (file, specifier) => {
  expect(isAllowed(file, specifier)).toBe(true)
})

test.each([
  ['src-main/contract/live.ts', '../engine/engine-api.ts'],
  ['src-main/contract/live.ts', 'node:fs'],
  ['src-main/engine/store/writer.ts', '../ingest/batch-builder.ts'],
  ['src-main/engine/batch/packed-batch.ts', '../store/writer.ts'],
  ['src-main/engine/engine.ts', 'electron'],
  ['src-main/engine/engine.ts', '../hosts/shared/logger.ts'],
  ['src-main/engine/watch/feed.ts', 'node:http'],
  ['src-main/engine/transform/run.ts', 'better-sqlite3'],
  ['src-main/engine/store/writer.ts', 'node:sqlite'],
  ['src-main/hosts/cli/main.ts', 'kafkajs'],
  ['src-main/engine/ingest/kafka/kafka-source.ts', 'kafkajs'],
  ['src-main/engine/ingest/kafka/kafka-source.ts', 'node:net'],
  ['src-main/engine/ingest/kafka/kafka-source.ts', 'snappy'],
  ['src-main/engine/ingest/kafka/kafka-source.ts', 'avsc'],
  ['src-main/engine/messages/search.ts', '../cluster/topics.ts'],
  ['src-main/engine/cluster/topics.ts', '../ingest/batch-builder.ts'],
  ['src-main/engine/connections/resolve-settings.ts', '../cluster/topics.ts'],
  ['src-main/engine/kafka/client/kafkajs.ts', '../../ingest/batch-builder.ts'],
  ['src-main/engine/kafka/client/kafkajs.ts', 'ws'],
  ['src-main/engine/kafka/client/kafkajs.ts', 'protobufjs'],
  ['src-main/engine/formats/avro.ts', 'node:https'],
  ['src-renderer/main.ts', '../src-main/engine/engine.ts'],
  ['src-renderer/main.ts', 'node:fs'],
  ['src-renderer/ui/card.ts', 'echarts'],
  ['src-renderer/state/live.svelte.ts', 'ag-grid-community'],
])('%s may not import %s', (file, specifier) => {
  expect(isAllowed(file, specifier)).toBe(false)
})
