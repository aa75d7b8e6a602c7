/** A penstock.yaml that changes while its console is open: applied, refused, and asked about. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { enter, expect, test as base, watchForComplaints } from '../support/console-test.ts'
import { removeFolders, type RunningApp, startApp } from '../support/app.ts'

const table = (name: string, sql = 'SELECT * FROM input'): string =>
  `  ${name}: { source: orders, steps: [{ name: land, sql: "${sql}" }] }\n`
const text = (tables: string, rest = ''): string =>
  `penstock: 1
sources:
  orders:
    replay: { file: orders.ndjson, rate: 200, loop: true }
    columns: { id: integer, city: text }
tables:
${tables}${rest}`
const rollup = 'rollups: { by_city: { from: kept, by: city, measures: { orders: count(*) } } }\n'
const lines = Array.from({ length: 2000 }, (_, id) => JSON.stringify({ id, city: `city ${String(id % 4)}` }))

/** A folder with the capture, to be copied. */
function capture(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-test-'))
  writeFileSync(path.join(folder, 'orders.ndjson'), `${lines.join('\n')}\n`)
  return folder
}

/** An app of its own, as its file changes. */
const test = base.extend<{ changing: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern
  changing: async ({}, use) => {
    const folder = capture()
    const app = await startApp({ yaml: text(table('kept')), workspace: folder })
    await use(app)
    if (app.isRunning()) await app.stop()
    removeFolders(app.folders)
    rmSync(folder, { recursive: true })
  },
})

test('is applied while the store goes on; a fault is named; what would be lost waits for Apply', async ({
  browser,
  changing,
}) => {
  const page = await browser.newPage()
  const complaints = watchForComplaints(page, changing.origin)
  const write = (yaml: string): void => {
    writeFileSync(path.join(changing.folders.workspace, 'penstock.yaml'), yaml)
  }
  const notice = page.getByTestId('ChangedFileNotice')
  await enter(page, changing)
  const graph = page.getByTestId('PipelineGraph')
  await expect(graph).toContainText(/kept.*[1-9]\d* rows/u)

  write(text(table('kept') + table('added'), rollup))
  await expect(graph).toContainText('by_city')
  await expect(graph).toContainText('added')
  await expect(page.getByText(/^added is filled: \d+ rows/u)).toBeVisible()
  await expect(notice).toBeHidden()

  write(text(table('kept', 'SELECT nothing FROM'), rollup))
  await expect(notice).toContainText('The changed penstock.yaml is not in use')
  await expect(notice).toContainText(/line \d+, column \d+: step land: .*What ran runs on; correct the file/u)
  await expect(graph).toContainText('by_city')

  write(text(table('kept') + table('added')))
  await expect(notice).toContainText('rollup by_city is removed with all its windows')
  await page.getByTestId('ChangedFileNotice_apply').click()
  await expect(notice).toBeHidden()
  await expect(graph).not.toContainText('by_city')
  await expect(graph).toContainText('kept')
  expect(complaints).toEqual([])
  await page.close()
})
