/** What the console says when its engine goes away: old figures are never shown as live ones. */
import { removeFolders, startApp } from '../support/app.ts'
import { enter, expect, test } from '../support/console-test.ts'

test('figures grey out and say since when, when the engine is killed; a new start is explained', async ({
  browser,
}) => {
  const app = await startApp()
  const context = await browser.newContext()
  const page = await context.newPage()
  const fetched = page.waitForResponse(/DeadLettersView-.*\.js$/u)
  await enter(page, app)
  await fetched
  await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'live')
  await expect(page.getByTestId('Shell')).toHaveAttribute('data-stale', 'false')

  await app.kill()
  await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'cut')
  await expect(page.getByTestId('Shell')).toHaveAttribute('data-stale', 'true')
  await expect(page.getByTestId('ConnectionNotice')).toContainText('What you see is from before')
  await expect(page.getByTestId('StatusBar_stale')).toHaveText(/figures of \d\d:\d\d:\d\d/u)
  await page.getByTestId('SideNav_dead-letters').click()
  await expect(page.getByTestId('DeadLettersView')).toBeVisible()

  const again = await startApp({ folders: app.folders, port: app.port })
  await expect(page.getByTestId('ConnectionNotice')).toContainText('Open the address again that it printed')
  await expect(page.getByTestId('Shell')).toHaveAttribute('data-stale', 'true')

  await enter(page, again)
  await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'live')
  await expect(page.getByTestId('Shell')).toHaveAttribute('data-stale', 'false')
  await context.close()
  expect(await again.stop('SIGINT')).toBe(130)
  removeFolders(again.folders)
})

test('a connection that is cut comes back by itself', async ({ open, page }) => {
  const cuts: (() => Promise<void>)[] = []
  await page.routeWebSocket(/\/rpc$/u, (socket) => {
    socket.connectToServer()
    cuts.push(() => socket.close())
  })
  await open('/query')
  const states = page.getByTestId('FeedIndicator')
  await cuts.at(-1)?.()
  await expect(states).toHaveAttribute('data-state', 'cut')
  await expect(states).toHaveAttribute('data-state', 'live')
  expect(cuts.length).toBeGreaterThan(1)
  await expect(page.getByTestId('ViewHost_query')).toBeVisible()
})
