/** Pipelines of the running demo: the list, one table's steps with exact counts, and its batches. */
import type { Locator } from '@playwright/test'
import { expect, test } from '../support/console-test.ts'

test('the list names every table and opens one', async ({ open }) => {
  const page = await open('/pipelines')
  const rows = page.getByTestId('PipelinesList_row')
  await expect(rows).toHaveCount(2)
  await rows.filter({ hasText: 'late_flights' }).getByRole('link').first().click()
  await expect(page).toHaveURL(/\/pipelines\/late_flights$/u)
  await expect(page.getByTestId('StatisticsCard_measure')).toHaveCount(6)
})

test('a table that is not there says so', async ({ open }) => {
  const page = await open('/pipelines/no_such_table')
  await expect(page.getByTestId('PipelinesView_unknown')).toBeVisible()
})

test('steps show how many rows came in, out and were filtered, and their SQL', async ({ open }) => {
  const page = await open('/pipelines/late_flights')
  const late = page.getByTestId('StepsCard_row').filter({ hasText: 'late' }).filter({ hasText: 'SELECT at' })
  await expect(late).toContainText(/SELECT at/u)
  for (const name of await page.getByTestId('StepsCard_row').getByRole('button').all())
    expect(await name.evaluate((button) => button.scrollWidth <= button.clientWidth)).toBe(true)
  await expect(page.getByTestId('StepsCard').getByTestId('MiddleTruncate')).toHaveCount(0)
  await late.getByRole('button').first().click()
  await expect(page.getByTestId('StepsCard_sql')).toContainText('WHERE delay > 15')
})

test('new batches come in at the top, and one opens to its steps', async ({ open }) => {
  const page = await open('/pipelines/flights')
  const rows = page.getByTestId('BatchesCard_row')
  const newest = rows.first().getByRole('button')
  const before = await numberOf(newest)
  await expect.poll(() => numberOf(newest)).toBeGreaterThan(before)
  await newest.click()
  await expect(page.getByTestId('BatchSteps')).toContainText('enriched')
})

async function numberOf(label: Locator): Promise<number> {
  return Number((await label.innerText()).replaceAll(',', ''))
}
