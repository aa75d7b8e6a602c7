/** Every view, and what opens over it, in both themes, against the rules of axe. */
import type { Page } from '@playwright/test'
import { inEachTheme } from '../support/axe-themes.ts'
import { expect, test } from '../support/console-test.ts'
import { resultRow, runSql } from '../support/query-page.ts'

/** What is looked at: its name, its address, and what is done there first. */
const scenes: readonly { name: string; address: string; prepare?: (page: Page) => Promise<void> }[] = [
  { name: 'overview', address: '/overview' },
  { name: 'topics without a connection', address: '/topics' },
  { name: 'groups without a connection', address: '/groups' },
  { name: 'the cluster without a connection', address: '/cluster' },
  { name: 'pipelines', address: '/pipelines' },
  {
    name: 'one pipeline with a batch opened',
    address: '/pipelines/late_flights',
    prepare: async (page) => {
      await page.getByTestId('BatchesCard_row').first().getByRole('button').click()
      await expect(page.getByTestId('BatchSteps')).toContainText('enriched')
    },
  },
  {
    name: 'one pipeline with a rollup opened',
    address: '/pipelines/flights?rollup=delays_by_hour',
    prepare: async (page) => {
      await expect(page.getByTestId('RollupDetails')).toBeVisible()
    },
  },
  { name: 'the store', address: '/store' },
  {
    name: 'the store with a snapshot asked for',
    address: '/store?snapshot=new',
    prepare: async (page) => {
      await expect(page.getByTestId('SnapshotBar_form')).toBeVisible()
    },
  },
  {
    name: 'the store with indexes and rollups found',
    address: '/query',
    prepare: async (page) => {
      await runSql(page, 'SELECT origin, count(*) FROM flights GROUP BY origin')
      await expect(page.getByTestId('RollupHint')).toBeVisible()
      await page.goto(new URL('/store?advice=find', page.url()).href)
      await page.getByTestId('RollupProposal').first().getByText('Plans').click()
    },
  },
  { name: 'query', address: '/query' },
  {
    name: 'query with a result',
    address: '/query',
    prepare: async (page) => {
      await runSql(page, 'SELECT * FROM flights LIMIT 100')
      await expect(resultRow(page, 0).first()).toBeVisible()
    },
  },
  {
    name: 'query with a hint at a rollup',
    address: '/query',
    prepare: async (page) => {
      await runSql(page, 'SELECT origin, count(*) FROM flights GROUP BY origin')
      await expect(page.getByTestId('RollupHint')).toBeVisible()
    },
  },
  {
    name: 'query with a fault',
    address: '/query',
    prepare: async (page) => {
      await runSql(page, 'SELECT * FROM nowhere')
      await expect(page.getByTestId('RunNotice')).toBeVisible()
    },
  },
  { name: 'dead letters', address: '/dead-letters' },
  {
    name: 'one dead letter',
    address: '/dead-letters',
    prepare: async (page) => {
      await page.getByTestId('LetterRows_row').first().click()
      await expect(page.getByTestId('LetterDetail_reason')).toBeVisible()
    },
  },
  {
    name: 'the palette',
    address: '/overview',
    prepare: async (page) => {
      await page.keyboard.press('Control+k')
      await expect(page.getByTestId('CommandPalette_item').first()).toBeVisible()
    },
  },
  {
    name: 'the shortcuts',
    address: '/overview',
    prepare: async (page) => {
      await page.keyboard.press('?')
      await expect(page.getByTestId('ShortcutsDialog')).toBeVisible()
    },
  },
]

for (const { name, address, prepare } of scenes) {
  test(`axe finds no fault in ${name}, dark and light`, async ({ open, page }) => {
    await inEachTheme(page, async () => {
      await open(address)
      await prepare?.(page)
    })
  })
}
