import { svelte } from '@sveltejs/vite-plugin-svelte'
import tailwindcss from '@tailwindcss/vite'
import path from 'node:path'
import { defineConfig } from 'vite'

const root = import.meta.dirname

/** Builds the harness like the renderer itself. */
export default defineConfig({
  root,
  base: '/',
  plugins: [
    tailwindcss(),
    svelte({ configFile: path.resolve(root, '../../../src-renderer/svelte.config.js') }),
  ],
  build: { outDir: path.resolve(root, '../../../out/query-harness'), emptyOutDir: true },
})
