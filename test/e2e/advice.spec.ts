/** Indexes and rollups for queries: the hint beside a result, and the search in the Store view. */
import type { Page } from '@playwright/test'
import { expect, test } from '../support/console-test.ts'
import { resultRow, runSql } from '../support/query-page.ts'

const grouped = 'SELECT origin, count(*) AS flights FROM flights GROUP BY origin ORDER BY flights DESC'

/** What a table of few rows would gain from an index is too little to be proposed. */
async function untilFlights(page: Page, rows: number): Promise<void> {
  await expect(async () => {
    await runSql(page, `SELECT count(*) >= ${String(rows)} AS enough FROM flights`)
    await expect(resultRow(page, 0).first()).toHaveText('1', { timeout: 1000 })
  }).toPass({ timeout: 40_000 })
}

test('a statement that a rollup answers is pointed at it, and nothing runs by itself', async ({ open }) => {
  const page = await open('/query')
  await runSql(page, grouped)
  const hint = page.getByTestId('RollupHint')
  await expect(hint).toContainText('delays_by_hour holds this')
  await expect(page.getByTestId('RollupHint_sql')).toContainText('SELECT origin, sum(flights) AS flights')
  await page.getByTestId('RollupHint_insert').click()
  const editor = page.locator('.cm-content:visible')
  await expect(editor).toContainText('FROM flights GROUP BY origin')
  await expect(editor).toContainText('FROM delays_by_hour')
  await expect(page.getByTestId('RunBar_status')).toContainText('rows in')
  await page.getByTestId('RollupHint_dismiss').click()
  await expect(hint).toBeHidden()
  await runSql(
    page,
    'SELECT origin, sum(flights) AS flights FROM delays_by_hour GROUP BY origin ORDER BY flights DESC',
  )
  await expect(resultRow(page, 0).first()).not.toBeEmpty()
  await expect(hint).toBeHidden()
})

test('a near miss is not pointed anywhere', async ({ open }) => {
  const page = await open('/query')
  await runSql(page, 'SELECT destination, count(*) AS flights FROM flights GROUP BY destination')
  await expect(page.getByTestId('RunBar_status')).toContainText('rows in')
  await runSql(page, grouped)
  await expect(page.getByTestId('RollupHint')).toBeVisible()
  await runSql(page, 'SELECT origin, min(delay) FROM flights GROUP BY origin')
  await expect(page.getByTestId('RunBar_status')).toContainText('rows in')
  await expect(page.getByTestId('RollupHint')).toBeHidden()
})

test('the store view finds indexes and rollups for the history, from the palette', async ({ open }) => {
  const page = await open('/query')
  await untilFlights(page, 20_000)
  const slow = 'SELECT count(*) FROM flights WHERE length(hex(origin_city || delay)) > 0 AND delay = 123'
  for (const sql of [grouped, slow]) {
    await runSql(page, sql)
    await expect(page.getByTestId('RunBar_status')).toContainText('in ')
  }
  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('find indexes')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/store$/u)
  await expect(page.getByTestId('AdviceCard_state')).toHaveAttribute('data-state', 'done', {
    timeout: 40_000,
  })
  await expect(page.getByTestId('AdviceCard_words')).toContainText('read a whole table')
  const rollup = page.getByTestId('RollupProposal').filter({ hasText: 'GROUP BY origin' }).first()
  await expect(rollup).toContainText('delays_by_hour holds what this computes')
  await expect(rollup.getByTestId('MeasuredStatement_times')).toContainText(/before, .* after/u)
  const index = page.getByTestId('IndexProposal').filter({ hasText: 'by delay' })
  await expect(index.getByTestId('IndexProposal_yaml')).toHaveText('indexes: [delay]')
  await expect(index).toContainText(/all [\d,]+ rows|a sample of/u)
  await index.getByText('Plans').first().click()
  await expect(index.getByTestId('MeasuredStatement_plan').first()).toContainText('SCAN flights')
  await expect(index.getByTestId('MeasuredStatement_plan').nth(1)).toContainText('new_index (delay=?)')
  await rollup.getByTestId('RollupProposal_open').click()
  await expect(page).toHaveURL(/\/query$/u)
  await expect(page.locator('.cm-content:visible')).toContainText('FROM delays_by_hour')
})
