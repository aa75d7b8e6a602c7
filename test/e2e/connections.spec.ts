/** Connections of a workspace in their view, over a real broker: how they stand, tested, edited, added, removed. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { testUser } from '../kafka/support/listeners.ts'
import type { RunningApp } from '../support/app.ts'
import { expect, skipWithoutKafka, test } from '../support/kafka-test.ts'

skipWithoutKafka()
// Each change opens the workspace again.
test.describe.configure({ timeout: 120_000 })

const topic = 'seen'

function workspaceOf(broker: string): string {
  return `# what we run
penstock: 1
name: shop
connections:
  # the one in the cellar
  main:   # ours
    brokers: ["${broker}"]   # to begin with
    timeout: 5s   # not in the form
sources:
  seen:
    kafka: { connection: main, topic: ${topic}, from: earliest }
    columns: { id: integer }
tables:
  seen: { source: seen }
`
}

function fileOf({ folders }: RunningApp): string {
  return readFileSync(path.join(folders.workspace, 'penstock.yaml'), 'utf8')
}

/** Follows whether the console was ever away, from now on. @returns what was seen besides it */
async function watchScreens(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const state = window as unknown as { gone: number }
    state.gone = 0
    new MutationObserver(() => {
      if (document.querySelector('[data-testid=Shell]') === null) state.gone += 1
    }).observe(document.body, { childList: true, subtree: true })
  })
  return () => page.evaluate(() => (window as unknown as { gone: number }).gone)
}

test.beforeAll(async ({ cluster }) => {
  await cluster.tools.createTopics({ name: topic })
  await cluster.tools.produce(topic, [{ value: '{"id":1}' }])
})

test('a connection says how it stands, who uses it, and is tested step by step', async ({
  page,
  start,
  cluster,
}) => {
  const [broker = ''] = cluster.brokers('plaintext')
  const app = await start({ yaml: workspaceOf(broker) })
  await page.goto(`${app.origin}/connections/main`)
  await expect(page.getByTestId('ConnectionPage')).toContainText('connected')
  await expect(page.getByTestId('ConnectionPage')).toContainText(broker)
  await expect(page.getByTestId('ConnectionPage_remove')).toBeDisabled()
  await page.getByTestId('ConnectionPage_test').click()
  await expect(page.getByTestId('TestSteps_verdict')).toHaveText('Every step passed.')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
})

test('editing changes what was changed, keeps comments, and the console stays', async ({
  page,
  start,
  cluster,
}) => {
  const [broker = ''] = cluster.brokers('plaintext')
  const app = await start({ yaml: workspaceOf(broker) })
  const before = fileOf(app)
  await page.goto(`${app.origin}/connections/main`)
  await page.getByTestId('ConnectionPage_edit').click()
  await expect(page.getByTestId('ConnectionForm_name')).toBeDisabled()
  await expect(page.getByTestId('ConnectionForm_brokers')).toHaveValue(broker)
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  const timesGone = await watchScreens(page)
  await page.getByTestId('ConnectionForm_production').check()
  await page.getByTestId('ConnectionForm_writes').check()
  await page.getByTestId('ConnectionForm_save').click()
  await expect(page).toHaveURL(/\/connections\/main$/u)
  await expect(page.getByTestId('ConnectionPage')).toContainText('PRODUCTION')
  await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'live')
  expect(fileOf(app)).toBe(
    before.replace(
      '    timeout: 5s   # not in the form\n',
      '    timeout: 5s   # not in the form\n    writes: allowed\n    production: true\n',
    ),
  )
  expect(await timesGone()).toBe(0)
})

test('a secret is kept when it is left blank, and shown to nobody', async ({ page, start, cluster }) => {
  const [plain = ''] = cluster.brokers('plaintext')
  const [broker = ''] = cluster.brokers('sasl')
  const app = await start({ yaml: workspaceOf(plain) })
  await page.goto(`${app.origin}/connections?add=1`)
  await page.getByTestId('ConnectionForm_name').fill('guarded')
  await page.getByTestId('ConnectionForm_brokers').fill(broker)
  await page.getByTestId('ConnectionForm_mechanism').selectOption('scram-sha-512')
  await page.getByTestId('ConnectionForm_username').fill(testUser.username)
  await page.getByTestId('ConnectionForm_password_text').fill(testUser.password)
  await page.getByTestId('ConnectionForm_save').click()
  await expect(page).toHaveURL(/\/connections\/guarded$/u)
  await page.getByTestId('ConnectionPage_edit').click()
  await expect(page.getByTestId('ConnectionForm_password_text')).toHaveValue('')
  await page.getByTestId('ConnectionForm_production').check()
  await page.getByTestId('ConnectionForm_save').click()
  await expect(page.getByTestId('ConnectionPage')).toContainText('PRODUCTION')
  await page.getByTestId('ConnectionPage_test').click()
  await expect(page.getByTestId('TestSteps_verdict')).toHaveText('Every step passed.')
  expect(fileOf(app) + (await page.content())).not.toContain(testUser.password)
})

test('a connection that nothing uses is removed after a question', async ({ page, start, cluster }) => {
  const [broker = ''] = cluster.brokers('plaintext')
  const app = await start({ yaml: workspaceOf(broker) })
  const before = fileOf(app)
  await page.goto(`${app.origin}/connections?add=1`)
  await page.getByTestId('ConnectionForm_name').fill('spare')
  await page.getByTestId('ConnectionForm_brokers').fill(broker)
  await page.getByTestId('ConnectionForm_save').click()
  await expect(page).toHaveURL(/\/connections\/spare$/u)
  await expect(page.getByTestId('ConnectionList_row')).toHaveCount(2)
  await page.getByTestId('ConnectionPage_remove').click()
  await expect(page.getByTestId('RemoveConnection_cancel')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('RemoveConnection')).toBeHidden()
  await page.getByTestId('ConnectionPage_remove').click()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await page.getByTestId('RemoveConnection_confirm').click()
  await expect(page.getByTestId('ConnectionList_row')).toHaveCount(1)
  expect(fileOf(app)).toBe(before)
})

test('an edit of the file in between is not overwritten', async ({ page, start, cluster }) => {
  const [broker = ''] = cluster.brokers('plaintext')
  const app = await start({ yaml: workspaceOf(broker) })
  await page.goto(`${app.origin}/connections/main?edit=1`)
  await page.getByTestId('ConnectionForm_production').check()
  appendFileSync(path.join(app.folders.workspace, 'penstock.yaml'), '# by hand\n')
  const changed = fileOf(app)
  await page.getByTestId('ConnectionForm_save').click()
  await expect(page.getByTestId('EditConnection_error')).toContainText('has changed since it was opened')
  expect(fileOf(app)).toBe(changed)
})
