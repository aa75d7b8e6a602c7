/** Messages of a real broker: searched, opened, followed. */
import { expect, skipWithoutKafka, test } from '../../support/kafka-console-test.ts'
import { resultRow } from '../../support/query-page.ts'

skipWithoutKafka()

test('the newest come first, and one opens beside them', async ({ open }) => {
  const page = await open('/topics/local/orders/messages')
  await expect(page.getByTestId('ProgressLine_found')).toHaveText('300 found')
  await expect(page.getByTestId('ProgressLine_scanned')).toContainText('scanned 300 records')
  await resultRow(page, 0).filter({ hasText: 'customer-' }).click()
  await expect(page).toHaveURL(/record=\d(?::|%3A)99/u)
  await expect(page.getByTestId('RecordPanel_facts')).toContainText('customer-')
  await page.getByTestId('RecordPanel').getByText('Headers 1').click()
  await expect(page.getByTestId('RecordPanel_header')).toContainText(/trace\s*t-\d+/u)
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('RecordPanel')).toHaveCount(0)
})

test('a field of the value finds its messages, and says what was looked at', async ({ open }) => {
  const page = await open('/topics/local/orders/messages')
  await page.getByTestId('FilterFields_kind').selectOption('json')
  await page.getByTestId('FilterFields_path').fill('$.status')
  await page.getByTestId('FilterFields_value').fill('returned')
  await page.getByTestId('SearchBar_search').click()
  await expect(page.getByTestId('ProgressLine_found')).toHaveText('99 found')
  await expect(page.getByTestId('ProgressLine_scanned')).toContainText('scanned 300 records')
  await expect(resultRow(page, 0).filter({ hasText: '"status":"returned"' })).toBeVisible()
})

test('a topic without a message says so', async ({ open }) => {
  const page = await open('/topics/local/audit/messages')
  await expect(page.getByTestId('ResultGrid_empty')).toContainText('This topic has no message.')
})

test('a live tail stands still while another view is shown, and then goes on', async ({ open, cluster }) => {
  const page = await open('/topics/local/team-00.events/messages?live=true')
  const progress = page.getByTestId('ProgressLine')
  await expect(progress).toHaveAttribute('data-state', 'running')
  await cluster.tools.produce('team-00.events', [{ value: 'seen at once' }])
  await expect(resultRow(page, 0).filter({ hasText: 'seen at once' })).toBeVisible()
  await page.getByTestId('SideNav_query').click()
  await expect(progress).toHaveAttribute('data-state', 'paused')
  await cluster.tools.produce('team-00.events', [{ value: 'came meanwhile' }])
  await page.goBack()
  await expect(progress).toHaveAttribute('data-state', 'running')
  await expect(page.getByTestId('ProgressLine_unseen')).toContainText('while out of sight')
  await expect(resultRow(page, 0).filter({ hasText: 'came meanwhile' })).toBeVisible()
})

test('where writing is not allowed the dialog says so', async ({ open }) => {
  const page = await open('/topics/local/orders/messages')
  await page.getByTestId('MessagesView_produce').click()
  await expect(page.getByTestId('ProduceDialog_readOnly')).toContainText('is read only')
})
