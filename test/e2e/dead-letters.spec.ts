/** Dead letters of the running demo: groups, one letter with its bytes and place, deep links. */
import type { Page } from '@playwright/test'
import { expect, test } from '../support/console-test.ts'

type Open = (address: string) => Promise<Page>

/** Opens the view once there are letters of every kind. */
async function openLetters(open: Open): Promise<Page> {
  const page = await open('/overview')
  const link = page.getByTestId('SideNav_dead-letters')
  await expect.poll(async () => Number(/\d+$/u.exec(await link.innerText())?.[0] ?? 0)).toBeGreaterThan(12)
  await link.click()
  return page
}

test('letters are grouped by what is wrong, and a group narrows the list', async ({ open }) => {
  const page = await openLetters(open)
  const groups = page.getByTestId('GroupList_group')
  await expect(groups).toHaveCount(6)
  await groups.filter({ hasText: 'is not an integer' }).filter({ hasText: 'delay' }).click()
  const rows = page.getByTestId('LetterRows_row')
  await expect(rows.first()).toContainText('delay: "n/a" is not an integer')
  await expect(rows.filter({ hasNotText: 'delay' })).toHaveCount(0)
})

test('a letter opens to its reason, coordinates and bytes, and by its address', async ({ open }) => {
  const page = await openLetters(open)
  await page.getByTestId('LetterRows_row').filter({ hasText: 'is not an integer' }).first().click()
  const detail = page.getByTestId('LetterDetail')
  await expect(detail.getByTestId('LetterDetail_reason')).toContainText('is not an integer')
  await expect(detail.getByTestId('LetterDetail_coordinates')).toContainText(/flights/u)
  await expect(detail.getByTestId('ValueView')).toContainText('destination')
  await expect(page).toHaveURL(/\/dead-letters\/\d+/u)
  const address = page.url()
  await page.reload()
  await expect(detail.getByTestId('LetterDetail_reason')).toContainText('is not an integer')
  expect(page.url()).toBe(address)
  await detail.getByTestId('LetterDetail_close').click()
  await expect(detail).toBeHidden()
})

test('a letter that was never there says so', async ({ open }) => {
  const page = await open('/dead-letters/999999999')
  await expect(page.getByTestId('LetterDetail')).toContainText('Dead letter 999999999 is not there')
})
