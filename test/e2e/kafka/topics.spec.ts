/** Topics of a real broker: the list, one of them, and what is not there. */
import { expect, skipWithoutKafka, test } from '../../support/kafka-console-test.ts'

skipWithoutKafka()

test('the list names every topic, is narrowed by name and leads to one', async ({ open }) => {
  const page = await open('/topics/local')
  const rows = page.getByTestId('TopicsList_table_row')
  await expect(page.getByTestId('ListNote')).toContainText('42 topics')
  await expect(rows.filter({ hasText: 'audit' })).toContainText('no limit')
  await page.getByTestId('SearchField').fill('ord')
  await expect(rows).toHaveCount(1)
  await rows.getByRole('link').click()
  await expect(page).toHaveURL(/\/topics\/local\/orders$/u)
  await page.goBack()
  await expect(page.getByTestId('SearchField')).toHaveValue('ord')
})

test('one topic shows where its partitions stand, who reads it, and how it is set', async ({ open }) => {
  const page = await open('/topics/local/orders')
  const partitions = page.getByTestId('PartitionsCard_table_row')
  await expect(partitions).toHaveCount(3)
  await expect(partitions.first()).toContainText(/^\s*0\s*0\s*100/u)
  await expect(page.getByTestId('ReadersCard_group').filter({ hasText: 'billing' })).toContainText(
    /empty\s*180/u,
  )
  await expect(page.getByTestId('ReadersCard')).toContainText('this workspace')
  await page.getByTestId('TopicHeader_messages').click()
  await expect(page).toHaveURL(/\/topics\/local\/orders\/messages$/u)
})

test('what is set without a limit reads so', async ({ open }) => {
  const page = await open('/topics/local/audit')
  await expect(page.getByTestId('TopicPage_figures')).toContainText('no limit')
  const retention = page.getByTestId('TopicPage_config_row').filter({ hasText: 'retention.ms' }).first()
  await expect(retention).toContainText(/-1\s*· no limit/u)
})

test('a topic that is not there says so and leads back', async ({ open }) => {
  const page = await open('/topics/local/nowhere')
  await expect(page.getByTestId('TopicPage_unknown')).toContainText('There is no topic “nowhere” on local')
  await page.getByRole('link', { name: 'All topics' }).click()
  await expect(page.getByTestId('TopicsList_table')).toBeVisible()
})
