/**
 * The graph of modules: who may depend on whom, no cycles, nothing unresolvable. The first guard; lint/import-rules.js is
 * the second. Keep the two alike.
 */
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

/** Pieces of the engine that every stage may import; they know no stage. */
const shared = 'signals|batch|sql|json|kafka|formats|masks'

/** Foreign libraries with the only folders that import them. */
const libraries = [
  {
    name: 'kafka',
    path: '^node_modules/(kafkajs|snappy|@napi-rs/snappy|lz4-napi|@antoniomuso/lz4-napi)[^/]*/',
    owners: '^src-main/engine/kafka/',
  },
  {
    name: 'formats',
    path: '^node_modules/(avsc|protobufjs|@protobufjs|ajv|ajv-formats)/',
    owners: '^src-main/engine/formats/',
  },
  {
    name: 'better-sqlite3',
    path: '^node_modules/(@types/)?better-sqlite3/',
    owners: '^src-main/engine/(store|threads)/',
  },
  { name: 'node-sqlite', path: '^(node:)?sqlite$', owners: '^src-main/engine/(query|messages|snapshots)/' },
  { name: 'electron', path: '^node_modules/electron/', owners: '^src-main/(hosts/electron|preload)/' },
  { name: 'echarts', path: '^node_modules/echarts/', owners: '^src-renderer/charts/' },
  { name: 'codemirror', path: '^node_modules/@(codemirror|lezer)/', owners: '^src-renderer/editor/' },
  { name: 'ag-grid', path: '^node_modules/ag-grid', owners: '^src-renderer/grid/' },
]

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A component may use itself, as a tree does.',
      severity: 'error',
      from: { path: '(.+)' },
      to: { circular: true, pathNot: '^$1$' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'app-needs-no-development-package',
      comment: 'What src-main imports at run time is not bundled, so it has to be a dependency.',
      severity: 'error',
      from: { path: '^src-main/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        path: '^node_modules/',
        pathNot: '^node_modules/(@types|electron)/',
      },
    },
    {
      name: 'contract-is-leaf',
      severity: 'error',
      from: { path: '^src-main/contract/' },
      to: { pathNot: '^src-main/contract/|^node_modules/(zod|@orpc/contract)/' },
    },
    {
      name: 'columns-know-contract-only',
      severity: 'error',
      from: { path: '^src-main/columns/' },
      to: { path: '^src-(main|renderer)/', pathNot: '^src-main/(columns|contract)/' },
    },
    {
      name: 'workspace-knows-contract-only',
      comment: 'And typed columns: paths, time formats and names, pure pieces that the engine uses too.',
      severity: 'error',
      from: { path: '^src-main/workspace/' },
      to: { path: '^src-(main|renderer)/', pathNot: '^src-main/(workspace|contract|columns)/' },
    },
    {
      name: 'engine-knows-no-host',
      severity: 'error',
      from: { path: '^src-main/engine/' },
      to: { path: '^src-main/(hosts|preload)/|^src-renderer/' },
    },
    {
      name: 'engine-opens-no-socket',
      comment: 'But those to brokers and to schema registries.',
      severity: 'error',
      from: {
        path: '^src-main/(engine|workspace|contract)/',
        pathNot: '^src-main/engine/(kafka|formats/registry)/',
      },
      to: {
        path: '^(node:)?(http|https|http2|net|tls)$|^node_modules/(ws|@types/ws|@orpc/(client|server))/',
      },
    },
    {
      name: 'kafka-and-registries-serve-nobody',
      comment: 'They open sockets to others; transports to people are of the hosts.',
      severity: 'error',
      from: { path: '^src-main/engine/(kafka|formats)/' },
      to: { path: '^(node:)?http2$|^node_modules/(ws|@types/ws|@orpc/(client|server))/' },
    },
    ...stages.map((stage) => ({
      name: `stage-${stage}-stands-alone`,
      comment:
        'Shared pieces of the engine are in batch, sql, json, kafka, formats and masks; the schema of the system tables is read by all.',
      severity: 'error',
      from: { path: `^src-main/engine/${stage}/` },
      to: {
        path: '^src-main/engine/',
        pathNot: `^src-main/engine/(${stage}|${shared})/|^src-main/engine/engine-api\\.ts$|^src-main/engine/store/system-schema\\.ts$`,
      },
    })),
    {
      name: 'shared-pieces-know-no-stage',
      severity: 'error',
      from: { path: `^src-main/engine/(${shared})/` },
      to: { path: '^src-main/engine/', pathNot: `^src-main/engine/(${shared})/` },
    },
    {
      name: 'only-hosts-know-the-engine',
      severity: 'error',
      from: { path: '^src-main/', pathNot: '^src-main/(engine|hosts)/' },
      to: { path: '^src-main/engine/' },
    },
    {
      name: 'hosts-are-apart',
      comment: 'What hosts share is in hosts/shared; the command line starts the local server.',
      severity: 'error',
      from: { path: '^src-main/hosts/(electron|serve|shared)/' },
      to: { path: '^src-main/hosts/(electron|serve|cli)/', pathNot: '^src-main/hosts/$1/' },
    },
    {
      name: 'renderer-knows-contract-only',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^(src-main|test|build)/', pathNot: '^src-main/contract/' },
    },
    {
      name: 'renderer-is-for-browsers',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'features-stand-alone',
      severity: 'error',
      from: { path: '^src-renderer/features/([^/]+)/' },
      to: { path: '^src-renderer/features/', pathNot: '^src-renderer/features/$1/' },
    },
    {
      name: 'app-knows-no-test',
      severity: 'error',
      from: { path: '^src-(main|renderer)/' },
      to: { path: '^(test|build)/' },
    },
    ...libraries.map(({ name, path, owners }) => ({
      name: `one-owner-${name}`,
      severity: 'error',
      from: { path: '^src-(main|renderer)/', pathNot: owners },
      to: { path },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|coverage|test-results)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'browser', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
