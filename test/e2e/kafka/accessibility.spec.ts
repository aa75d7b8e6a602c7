/** The views of a cluster with a broker behind them, in both themes, against the rules of axe. */
import { inEachTheme } from '../../support/axe-themes.ts'
import { expect, skipWithoutKafka, test } from '../../support/kafka-console-test.ts'

skipWithoutKafka()

/** An address, and what is there once it has been read. */
const scenes = [
  ['/topics/local', 'TopicsList_table'],
  ['/topics/local/orders', 'PartitionsCard_table'],
  ['/groups/local/billing', 'GroupPartitions_table'],
  ['/topics/local/orders/messages', 'ResultGrid'],
] as const

for (const [address, testId] of scenes) {
  test(`axe finds no fault in ${address}, dark and light`, async ({ open, page }) => {
    await inEachTheme(page, async () => {
      await open(address)
      await expect(page.getByTestId(testId)).toBeVisible()
    })
  })
}
