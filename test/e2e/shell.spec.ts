/** The frame of the console: live figures, navigation by mouse, keys and address, palette, theme. */
import { expect, test, views } from '../support/console-test.ts'

test('figures are live and move', async ({ open }) => {
  const page = await open('/overview')
  const rows = page.getByTestId('StatusBar_rows')
  await expect(rows).toHaveText(/^[\d,]+ rows$/u)
  const before = await rows.textContent()
  await expect(rows).not.toHaveText(before ?? '')
  await expect(page.getByTestId('FeedIndicator')).toContainText(/live\s+[\d.,]+k?\/s/u)
  await expect(page.getByTestId('TopBar_workspace')).toHaveText('flights-demo')
})

test('the navigation goes to every view, and back and forward follow', async ({ open }) => {
  const page = await open('/overview')
  for (const view of views) {
    await page.getByTestId(`SideNav_${view}`).click()
    await expect(page.getByTestId(`ViewHost_${view}`)).toBeVisible()
    await expect(page).toHaveURL(new RegExp(`/${view}$`, 'u'))
  }
  await page.goBack()
  await expect(page.getByTestId('ViewHost_query')).toBeVisible()
  await page.goForward()
  await expect(page.getByTestId('ViewHost_dead-letters')).toBeVisible()
})

for (const view of views) {
  test(`/${view} opens by its address and again on reload`, async ({ open }) => {
    const page = await open(`/${view}`)
    await expect(page.getByTestId(`ViewHost_${view}`)).toBeVisible()
    await page.reload()
    await expect(page.getByTestId(`ViewHost_${view}`)).toBeVisible()
    await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'live')
  })
}

test('the top bar fits into 900 pixels, and its search can be read', async ({ open }) => {
  const page = await open('/overview')
  await page.setViewportSize({ width: 900, height: 700 })
  const help = await page.getByTestId('TopBar_help').boundingBox()
  expect((help?.x ?? 900) + (help?.width ?? 0)).toBeLessThanOrEqual(900)
  const search = await page.getByTestId('TopBar_search').boundingBox()
  expect(search?.width).toBeGreaterThan(240)
})

test('g and a letter go to a view, ? lists the keys, Escape closes', async ({ open }) => {
  const page = await open('/overview')
  for (const [key, view] of [
    ['q', 'query'],
    ['d', 'dead-letters'],
    ['p', 'pipelines'],
    ['o', 'overview'],
  ] as const) {
    await page.getByTestId('SideNav').click({ position: { x: 5, y: 400 } })
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await expect(page.getByTestId(`ViewHost_${view}`)).toBeVisible()
  }
  await page.keyboard.press('?')
  await expect(page.getByTestId('ShortcutsDialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('ShortcutsDialog')).toBeHidden()
})

test('the palette finds views and tables by name, with the keyboard alone', async ({ open }) => {
  const page = await open('/overview')
  await page.keyboard.press('Control+k')
  await page.getByTestId('CommandPalette_input').fill('late_fl')
  await expect(page.getByTestId('CommandPalette_item').first()).toContainText('late_flights')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/pipelines\/late_flights$/u)
  await page.keyboard.press('Control+k')
  await page.getByTestId('CommandPalette_input').fill('no such thing at all')
  await expect(page.getByTestId('CommandPalette')).toContainText('Nothing has that name')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('CommandPalette')).toBeHidden()
})

test('the theme follows the system, can be chosen, and survives a reload', async ({ open }) => {
  const page = await open('/overview')
  const root = page.locator('html')
  await page.emulateMedia({ colorScheme: 'light' })
  await expect(root).toHaveAttribute('data-theme', 'light')
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect(root).toHaveAttribute('data-theme', 'dark')
  await page.getByTestId('ThemeMenu_trigger').click()
  await page.getByTestId('ThemeMenu_light').click()
  await expect(root).toHaveAttribute('data-theme', 'light')
  await page.reload()
  await expect(root).toHaveAttribute('data-theme', 'light')
})

test('ingest pauses and goes on from the top bar', async ({ open }) => {
  const page = await open('/overview')
  const indicator = page.getByTestId('FeedIndicator')
  await page.getByRole('button', { name: 'Pause ingest' }).click()
  await expect(indicator).toHaveAttribute('data-state', 'paused')
  await page.getByRole('button', { name: 'Resume ingest' }).click()
  await expect(indicator).toHaveAttribute('data-state', 'live')
})
