/** The store, and rollups in the console: what they hold, and the way from the graph to their page and their rows. */
import { expect, test } from '../support/console-test.ts'

test('the store shows its size, and what is in it', async ({ open }) => {
  const page = await open('/store')
  await expect(page.getByTestId('SizeCards_file')).toContainText(/[\d.]+ [kM]B/u)
  const rows = page.getByTestId('RelationsCard_row')
  await expect(rows).toHaveCount(5)
  await expect(rows.filter({ hasText: 'delays_by_hour' })).toContainText(/rollup\s*[\d.]+k?/u)
  await expect(page.getByTestId('GrowthCard').locator('canvas')).toBeVisible({ timeout: 15_000 })
})

test('the figure of the store in the status bar leads there', async ({ open }) => {
  const page = await open('/overview')
  await page.getByTestId('StatusBar_store').click()
  await expect(page).toHaveURL(/\/store$/u)
  await expect(page.getByTestId('StoreView')).toBeVisible()
})

test('a rollup of the graph opens its table at the rollup, and leads to its rows', async ({ open }) => {
  const page = await open('/overview')
  await page.getByTestId('StageNode').filter({ hasText: 'delays_by_hour' }).click()
  await expect(page).toHaveURL(/\/pipelines\/flights\?rollup=delays_by_hour$/u)
  await expect(page.getByTestId('RollupDetails_measure')).toHaveCount(5)
  await page.getByTestId('RollupDetails_query').click()
  await expect(page.locator('.cm-content:visible')).toContainText('FROM delays_by_hour')
})
