/** Every view in both themes, against the rules of axe. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, views } from '../support/console-test.ts'

for (const theme of ['dark', 'light'] as const) {
  for (const view of views) {
    test(`${view} has no fault that axe finds, ${theme}`, async ({ open, page }) => {
      await page.emulateMedia({ colorScheme: theme })
      await open(`/${view}`)
      await expect(page.getByTestId(`ViewHost_${view}`).getByRole('heading').first()).toBeVisible()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(
        violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.target.join(' ')) })),
      ).toEqual([])
    })
  }
}
