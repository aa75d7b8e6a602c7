/** The overview over the running demo: the graph, the figures, the way from a stage to its page. */
import { expect, test } from '../support/console-test.ts'

test('the graph shows every stage of the demo, and what fails', async ({ open }) => {
  const page = await open('/overview')
  const stages = page.getByTestId('StageNode')
  await expect(stages).toHaveCount(11)
  const decode = stages.filter({ hasText: 'decode' })
  await expect(decode).toContainText(/[1-9]\d* failed/u)
  await expect(stages.filter({ hasText: 'airports' })).toContainText('3,376 rows')
})

test('a table of the graph opens its pipeline', async ({ open }) => {
  const page = await open('/overview')
  await page.getByTestId('StageNode').filter({ hasText: 'late_flights' }).click()
  await expect(page).toHaveURL(/\/pipelines\/late_flights/u)
  await expect(page.getByTestId('PipelinePage')).toBeVisible()
})

test('metrics and events are there', async ({ open }) => {
  const page = await open('/overview')
  const metrics = page.getByTestId('MetricCards')
  await expect(metrics).toContainText(/[\d,.]+\s*rec\/s/u)
  await expect(metrics).toContainText(/\d+\s*ms p99/u)
  await expect(page.getByTestId('EventsCard_event').first()).toBeVisible()
})
