/** ESLint: strict and type-aware for TypeScript and components, plain for the scripts of build/. */
import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import { defineConfig } from 'eslint/config'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from '../src-renderer/svelte.config.js'
import { projectRoot } from './checkout/project-root.js'
import { importRules } from './lint/import-rules.js'

const noExportAll = {
  selector: 'ExportAllDeclaration',
  message: 'No barrels: import from the file that owns the name.',
}
const noDefault = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only, except where a tool asks for a default.',
}

export default defineConfig(
  { ignores: ['out/**', 'coverage/**', 'test-results/**', 'test/fixtures/**', 'resources/**', '**/*.cjs'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        projectService: { allowDefaultProject: ['electron.vite.config.ts'] },
        tsconfigRootDir: projectRoot,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      'no-undef': 'off', // TypeScript does it
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: ['**/*.svelte.ts'],
    // State classes hold plain sets and maps that nothing renders.
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  {
    files: ['src-main/**', 'src-renderer/**'],
    rules: { 'no-console': 'error', 'no-restricted-syntax': ['error', noExportAll] },
  },
  {
    files: ['src-main/**/*.ts', 'src-renderer/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', noExportAll, noDefault] },
  },
  importRules(),
  {
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['**/*.js', 'electron.vite.config.ts'],
    extends: [ts.configs.disableTypeChecked],
  },
)
