/** A table that is added to penstock.yaml while records come: filled from what was read before, with nothing else disturbed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { removeFolders, type RunningApp, startApp } from '../support/app.ts'
import { enter, expect, test as base, watchForComplaints } from '../support/console-test.ts'
import { resultRow, runSql } from '../support/query-page.ts'

/** What was read before takes a while to fill in, what comes does not. */
const slow = 'CASE WHEN id < 40000 THEN length(hex(zeroblob(25000 + id % 2))) END'
const table = (name: string, sql: string): string =>
  `  ${name}: { source: orders, steps: [{ name: land_${name}, sql: "${sql}" }] }\n`
const kept = table('kept', 'SELECT id, city FROM input')
const added = table('added', `SELECT id, ${slow} AS work FROM input`)
const text = (tables: string): string => `penstock: 1
sources:
  orders:
    replay: { file: orders.ndjson, rate: 8000 }
    columns: { id: integer, city: text }
tables:
${tables}`
const lines = Array.from(
  { length: 400_000 },
  (_, id) => `{"id":${String(id)},"city":"city ${String(id % 4)}"}`,
)
const endless = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'

/** An app of its own, as its file changes. */
const test = base.extend<{ changing: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern
  changing: async ({}, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'penstock-test-'))
    writeFileSync(path.join(folder, 'orders.ndjson'), `${lines.join('\n')}\n`)
    const app = await startApp({ yaml: text(kept), workspace: folder })
    await use(app)
    if (app.isRunning()) await app.stop()
    removeFolders(app.folders)
    rmSync(folder, { recursive: true })
  },
})

/** Opens a page of the running app in a tab of its own, with access. */
async function openPage(first: Page, app: RunningApp, address: string): Promise<Page> {
  const page = await first.context().newPage()
  await page.goto(`${app.origin}${address}`)
  await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'live')
  return page
}

/**
 * What is shown from now on, each text once, however short it was in sight.
 * @param selector elements whose text, or else whose `aria-valuetext`, is noted
 */
async function noteTexts(page: Page, selector: string): Promise<() => Promise<string[]>> {
  await page.evaluate((wanted) => {
    const texts = new Set<string>()
    const graph = document.querySelector('[data-testid="PipelineGraph"]')
    const note = (): void => {
      for (const element of document.querySelectorAll(wanted))
        texts.add(element.getAttribute('aria-valuetext') ?? element.textContent.trim())
      if (graph?.isConnected === false) texts.add('the graph was drawn anew')
    }
    const options = { childList: true, subtree: true, characterData: true, attributes: true }
    new MutationObserver(note).observe(document.body, options)
    Object.assign(window, { notedTexts: () => [...texts] })
  }, selector)
  return () => page.evaluate(() => (window as unknown as { notedTexts: () => string[] }).notedTexts())
}

test('it is seen being filled, and the old one goes on; a person keeps what they were at', async ({
  browser,
  changing,
}) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const overview = await context.newPage()
  const complaints = watchForComplaints(overview, changing.origin)
  const write = (yaml: string): void => {
    writeFileSync(path.join(changing.folders.workspace, 'penstock.yaml'), yaml)
  }
  await enter(overview, changing)
  const nodes = overview.getByTestId('StageNode')
  await expect(nodes.filter({ hasText: 'kept' }).last()).toContainText(/(?:[4-9]\d|\d{3})(?:\.\d)?k rows/u)
  const statuses = await noteTexts(overview, '[data-testid="StageNode_status"]')
  const pipeline = await openPage(overview, changing, '/pipelines/added')
  await expect(pipeline.getByTestId('PipelinesView_unknown')).toBeVisible()
  const bars = await noteTexts(pipeline, '[role="progressbar"]')
  const query = await openPage(overview, changing, '/query')
  await runSql(query, endless)
  await expect(query.getByTestId('RunBar_status')).toContainText('Running')
  const marks = await noteTexts(query, '[data-testid="TablesTree_filling"]')

  write(text(kept + added))
  await expect(pipeline.getByTestId('PipelinePage')).toContainText('land_added')
  await expect.poll(bars).toContainEqual(expect.stringMatching(/^\d+ %, [\d,]+ of about [\d,]+ records$/u))
  await expect.poll(marks).toEqual(['filling'])
  await expect(overview.getByTestId('EventsCard')).toContainText('added is filled')
  await expect(nodes.filter({ hasText: 'filling' })).toHaveCount(0)
  await expect(pipeline.getByTestId('FillingStrip')).toHaveCount(0)
  const seen = await statuses()
  expect(seen).toContainEqual(expect.stringMatching(/^filling/u))
  // A busy machine may make it wait; nothing may make it stop.
  expect(seen.filter((status) => /starting|paused|ended|failed|anew/u.test(status))).toEqual([])

  await query.bringToFront()
  await expect(query.locator('.cm-content')).toHaveText(endless)
  await expect(query.getByTestId('RunBar_status')).toContainText('Running')
  await query.getByTestId('RunBar_cancel').click()
  await expect(query.getByTestId('RunBar_status')).toContainText('Cancelled')
  await expect(query.getByTestId('TablesTree_filling')).toHaveCount(0)
  const places = (name: string): string =>
    `(SELECT count(*) || ' ' || count(DISTINCT _offset) || ' ' || (max(_offset) - min(_offset) + 1) FROM ${name})`
  await runSql(
    query,
    `SELECT ${places('kept')} = ${places('added')} AS same, count(*) = max(_offset) + 1 AS whole FROM kept`,
  )
  await expect(resultRow(query, 0)).toHaveText(['1', '1'])
  expect(complaints).toEqual([])
  await context.close()
})
