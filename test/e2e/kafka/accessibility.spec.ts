/** The views of a cluster with a broker behind them, in both themes, against the rules of axe. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, skipWithoutKafka, test } from '../../support/kafka-console-test.ts'

skipWithoutKafka()

/** An address, and what is there once it has been read. */
const scenes = [
  ['/topics/local', 'TopicsList_table'],
  ['/topics/local/orders', 'PartitionsCard_table'],
  ['/groups/local/billing', 'GroupPartitions_table'],
  ['/topics/local/orders/messages', 'ResultGrid'],
] as const

for (const theme of ['dark', 'light'] as const) {
  for (const [address, testId] of scenes) {
    test(`axe finds no fault in ${address}, ${theme}`, async ({ open, page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await open(address)
      await expect(page.getByTestId(testId)).toBeVisible()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(
        violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.target.join(' ')) })),
      ).toEqual([])
    })
  }
}
