import { svelte } from '@sveltejs/vite-plugin-svelte'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'electron-vite'
import path from 'node:path'
import type { Plugin } from 'vite'

const at = (file: string): string => path.resolve(import.meta.dirname, file)

/** Deep links such as /pipelines/NAME load the same files: their addresses begin at the root, in every host. */
const absoluteBase: Plugin = {
  name: 'penstock-absolute-base',
  enforce: 'post',
  config: () => ({ base: '/' }),
}

/**
 * Everything the main side starts by file name (hosts, threads, processes) is an entry of its own and lands flat in
 * out/main, so that `src-main/hosts/shared/entries.ts` finds it beside the host that runs.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input: {
          electron: at('src-main/hosts/electron/main.ts'),
          cli: at('src-main/hosts/cli/main.ts'),
          'ingest.worker': at('src-main/engine/threads/ingest.worker.ts'),
          'store.worker': at('src-main/engine/threads/store.worker.ts'),
          'cluster.worker': at('src-main/engine/threads/cluster.worker.ts'),
          'query.process': at('src-main/engine/query/query.process.ts'),
          'snapshot.process': at('src-main/engine/snapshots/snapshot.process.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunk-[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rolldownOptions: {
        input: { preload: at('src-main/preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src-renderer'),
    plugins: [tailwindcss(), svelte(), absoluteBase],
    build: {
      outDir: at('out/renderer'),
      minify: true,
      rolldownOptions: { input: at('src-renderer/index.html') },
    },
  },
})
