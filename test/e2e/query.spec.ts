/** The SQL workbench over the running demo: run, cancel, refuse, history, completion, values as they are. */
import { expect, test } from '../support/console-test.ts'
import { resultRow, runSql, writeSql } from '../support/query-page.ts'

const endless = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'

test('a statement over live rows gives its result', async ({ open }) => {
  const page = await open('/query')
  await runSql(
    page,
    'SELECT severity, count(*) AS flights FROM late_flights GROUP BY severity ORDER BY severity',
  )
  await expect(page.getByTestId('RunBar_status')).toContainText(/3 rows in [\d.]+ m?s/u)
  await expect(resultRow(page, 0).first()).toHaveText('long')
  await expect(resultRow(page, 2).first()).toHaveText('short')
})

test('values keep their types: 64 bits, NULL, empty text, bytes', async ({ open }) => {
  const page = await open('/query')
  await runSql(
    page,
    "SELECT 9223372036854775807 AS big, NULL AS absent, '' AS empty, x'00ff' AS bytes, 5.0 AS real",
  )
  await expect(resultRow(page, 0)).toHaveText(['9223372036854775807', 'NULL', "''", 'blob 2 B', '5.0'])
})

test('an endless statement is cancelled at once, and the next one runs', async ({ open }) => {
  const page = await open('/query')
  await runSql(page, endless)
  await expect(page.getByTestId('RunBar_status')).toContainText('Running')
  await page.getByTestId('RunBar_cancel').click()
  await expect(page.getByTestId('RunBar_status')).toContainText('Cancelled')
  await runSql(page, 'SELECT 42 AS answer')
  await expect(resultRow(page, 0).first()).toHaveText('42')
})

test('a wrong statement says what is wrong and where', async ({ open }) => {
  const page = await open('/query')
  await runSql(page, 'SELECT delay\nFROM flihgts')
  await expect(page.getByTestId('RunNotice')).toContainText('flihgts')
})

test('a writing statement is refused and changes nothing', async ({ open }) => {
  const page = await open('/query')
  await runSql(page, 'DELETE FROM late_flights')
  await expect(page.getByTestId('RunNotice')).toContainText('Queries only read')
  await runSql(page, 'SELECT count(*) > 0 AS any_left FROM late_flights')
  await expect(resultRow(page, 0).first()).toHaveText('1')
})

test('a million rows scroll without holding anything up', async ({ open }) => {
  const page = await open('/query')
  await runSql(
    page,
    'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 500000) SELECT i FROM n',
  )
  await expect(page.getByTestId('RunBar_status')).toContainText('500,000 rows', { timeout: 30_000 })
  await resultRow(page, 0).first().click()
  await page.keyboard.press('ControlOrMeta+End')
  await expect(page.getByTestId('ResultGrid').getByText('500000', { exact: true }).first()).toBeVisible()
  const last = resultRow(page, 499_999).first()
  await expect(last).toHaveText('500000')
  await expect.poll(() => last.evaluate((cell) => cell.scrollWidth <= cell.clientWidth)).toBe(true)
})

test('what was run is in the history, by its words, and comes back into the editor', async ({ open }) => {
  const page = await open('/query')
  const marked = `SELECT ${Date.now()} AS stamp`
  await runSql(page, marked)
  await expect(page.getByTestId('RunBar_status')).toContainText('1 row in')
  await page.getByText('History', { exact: true }).click()
  await page.getByTestId('HistoryPanel_search').fill(marked)
  const entry = page.getByTestId('HistoryPanel_entry')
  await expect(entry).toHaveCount(1)
  await expect(entry).toContainText('1 row')
  await writeSql(page, '')
  await entry.click()
  await expect(page.locator('.cm-content:visible')).toHaveText(marked)
})

test('completion knows the tables and columns of the store', async ({ open }) => {
  const page = await open('/query')
  await writeSql(page, '')
  await page.keyboard.type('SELECT * FROM late_')
  await page.getByRole('option', { name: /late_flights/u }).click()
  await expect(page.locator('.cm-content:visible')).toHaveText('SELECT * FROM late_flights')
})

test('tabs and their statements survive a reload', async ({ open }) => {
  const page = await open('/query')
  await writeSql(page, "SELECT 'kept over a reload'")
  await page.getByTestId('TabBar_new').click()
  await writeSql(page, "SELECT 'second tab'")
  await page.reload()
  await expect(page.getByTestId('TabBar_tab')).toHaveCount(2)
  await expect(page.locator('.cm-content:visible')).toHaveText("SELECT 'second tab'")
})

test('a result can be looked at as a chart', async ({ open }) => {
  const page = await open('/query')
  await runSql(
    page,
    'SELECT origin, count(*) AS flights FROM flights GROUP BY origin ORDER BY flights DESC LIMIT 12',
  )
  await expect(page.getByTestId('RunBar_status')).toContainText('12 rows')
  await page.getByTestId('RunBar_chart').click()
  await expect(page.getByTestId('ChartPane').locator('canvas, svg').first()).toBeVisible()
})

test('live figures are the rows of the system tables', async ({ open }) => {
  const page = await open('/query')
  await page.getByRole('button', { name: 'Pause ingest' }).click()
  await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'paused')
  await runSql(
    page,
    `SELECT (SELECT sum(rows) FROM sys_tables), (SELECT count(*) FROM flights) + (SELECT count(*) FROM late_flights),
            (SELECT count(*) FROM sys_dead_letters), (SELECT sum(dead) FROM sys_batches)`,
  )
  const cells = resultRow(page, 0)
  await expect(cells).toHaveCount(4)
  const [listed, counted, letters, dead] = await cells.allInnerTexts()
  expect(counted).toBe(listed)
  expect(dead).toBe(letters)
  await expect(page.getByTestId('StatusBar_rows')).toHaveText(
    `${Number(listed).toLocaleString('en-US')} rows`,
  )
  await expect(page.getByTestId('SideNav_dead-letters')).toContainText(letters ?? '')
  await page.getByRole('button', { name: 'Resume ingest' }).click()
})
