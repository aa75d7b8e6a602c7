/** The Query view as a person uses it, for the browser tests. */
import type { Locator, Page } from '@playwright/test'

/** Replaces what the editor holds. */
export async function writeSql(page: Page, sql: string): Promise<void> {
  await page.locator('.cm-content:visible').click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(sql)
}

/** Writes a statement and runs it. */
export async function runSql(page: Page, sql: string): Promise<void> {
  await writeSql(page, sql)
  await page.keyboard.press('ControlOrMeta+Enter')
}

/** Cells of one row of the result, from 0, without the row's number. */
export function resultRow(page: Page, index: number): Locator {
  return page
    .getByTestId('ResultGrid')
    .locator(`[row-index="${index}"] [role="gridcell"]:not([col-id="row"])`)
}
