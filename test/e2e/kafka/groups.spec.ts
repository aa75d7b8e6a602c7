/** Consumer groups of a real broker: lag by partition, members as they come. */
import { expect, skipWithoutKafka, test } from '../../support/kafka-console-test.ts'

skipWithoutKafka()

test('a group that nobody reads with shows its lag, and opens to its partitions', async ({ open }) => {
  const page = await open('/groups/local')
  const row = page.getByTestId('GroupsList_table_row').filter({ hasText: 'billing' })
  await expect(row).toContainText(/empty\s*0\s*orders\s*180/u)
  await row.getByRole('link').click()
  await expect(page).toHaveURL(/\/groups\/local\/billing$/u)
  const partitions = page.getByTestId('GroupPartitions_table_row')
  await expect(partitions).toHaveCount(3)
  await expect(partitions.first()).toContainText(/orders\[0\]\s*40\s*100\s*60/u)
  await expect(page.getByTestId('MembersCard')).toContainText('No member')
})

test('members are shown with what they read', async ({ open, cluster }) => {
  const member = await cluster.tools.join({ group: 'readers', topics: ['orders'], protocol: 'consumer' })
  const page = await open('/groups/local/readers')
  await expect(page.getByTestId('GroupPage_state')).toHaveText('stable')
  await expect(page.getByTestId('MembersCard_row')).toContainText('orders 0-2')
  await member.leave()
  await expect(page.getByTestId('GroupPage_state')).toHaveText('empty')
})

test('a group that is not there says so', async ({ open }) => {
  const page = await open('/groups/local/nobody')
  await expect(page.getByTestId('GroupPage_unknown')).toContainText('There is no group “nobody” on local')
})
