/** The first run, with nothing open: three doors, each with what may go wrong behind it. */
import { AxeBuilder } from '@axe-core/playwright'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, skipWithoutKafka, test } from '../support/kafka-test.ts'

test.describe('the first run', () => {
  test('opens the demo', async ({ page, start }) => {
    await start({ workspace: null })
    await expect(page.getByTestId('WelcomeView')).toHaveAttribute('data-state', 'none')
    await page.getByTestId('WelcomeView_demo').click()
    await expect(page.getByTestId('TopBar_workspace')).toHaveText('flights-demo')
    await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'live')
  })

  test('says why a path was not opened, at that door alone', async ({ page, start }) => {
    const { folders } = await start({ workspace: null })
    await page.getByTestId('WelcomeView_path').fill('nowhere')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('WelcomeView_error')).toContainText(
      `${path.join(folders.workspace, 'nowhere')} does not exist`,
    )
    await page.getByTestId('WelcomeView_kafka').click()
    await expect(page.getByTestId('ConnectionForm')).toBeVisible()
    await expect(page.getByTestId('WelcomeView_error')).toBeHidden()
  })

  test('says what a connection lacks before anything is asked of anybody', async ({ page, start }) => {
    await start({ workspace: null })
    await page.getByTestId('WelcomeView_kafka').click()
    await page.getByTestId('ConnectionForm_test').click()
    await expect(page.getByTestId('ConnectionForm_name_problem')).toBeVisible()
    await expect(page.getByTestId('ConnectionForm_brokers_problem')).toContainText('localhost:9092')
    await expect(page.getByTestId('TestSteps')).toBeHidden()
  })

  for (const theme of ['dark', 'light'] as const) {
    test(`can be used by everybody, ${theme}`, async ({ page, start }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await start({ workspace: null })
      await expect(page.getByTestId('WelcomeView')).toBeVisible()
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
      await page.getByTestId('WelcomeView_kafka').click()
      await page.getByTestId('ConnectionForm_tls').check()
      await page.getByTestId('ConnectionForm_mechanism').selectOption('scram-sha-512')
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    })
  }
})

test.describe('the first run beside a broker', () => {
  skipWithoutKafka()

  test('tests a connection, makes a workspace of it, and shows its topics', async ({
    page,
    start,
    cluster,
  }) => {
    const topic = `orders-${String(Date.now())}`
    await cluster.tools.createTopics({ name: topic, partitions: 2 })
    await cluster.tools.produce(topic, [{ key: 'k', value: '{"id":1}' }])
    const [broker = ''] = cluster.brokers('plaintext')
    const { folders } = await start({ workspace: null })
    await page.getByTestId('WelcomeView_kafka').click()
    await page.getByTestId('ConnectionForm_name').fill('here')

    await page.getByTestId('ConnectionForm_brokers').fill('127.0.0.1:1')
    await page.getByTestId('ConnectionForm_test').click()
    await expect(page.getByTestId('TestSteps_verdict')).toHaveText('Failed: Connect.')
    await expect(page.getByTestId('TestSteps_words')).toContainText('ECONNREFUSED')
    await expect(page.getByTestId('TestSteps_advice')).toContainText('Nothing listens on this port')

    await page.getByTestId('ConnectionForm_brokers').fill(broker)
    await page.getByTestId('ConnectionForm_test').click()
    await expect(page.getByTestId('TestSteps_verdict')).toHaveText('Every step passed.')

    await page.getByTestId('WelcomeView_folder').fill('mine')
    await page.getByTestId('ConnectionForm_save').click()
    await expect(page).toHaveURL(/\/topics\/here$/u)
    await expect(page.getByText(topic, { exact: true })).toBeVisible()
    await expect(page.getByTestId('TopBar_workspace')).toHaveText('mine')
    const file = path.join(folders.workspace, 'mine', 'penstock.yaml')
    expect(readFileSync(file, 'utf8')).toContain(`  here:\n    brokers: [ ${broker} ]\n`)
  })

  test('overwrites no workspace', async ({ page, start, cluster }) => {
    const [broker = ''] = cluster.brokers('plaintext')
    await start({ workspace: null })
    for (const isSecond of [false, true]) {
      await page.getByTestId('WelcomeView_kafka').click()
      await page.getByTestId('ConnectionForm_name').fill('here')
      await page.getByTestId('ConnectionForm_brokers').fill(broker)
      await page.getByTestId('ConnectionForm_save').click()
      if (isSecond) break
      await expect(page.getByTestId('TopBar_workspace')).toHaveText('here')
      await page.keyboard.press('Control+k')
      await page.getByTestId('CommandPalette_input').fill('open another')
      await page.keyboard.press('Enter')
    }
    await expect(page.getByTestId('WelcomeView_error')).toContainText('is there already')
    await page.getByTestId('WelcomeView_back').click()
    await expect(page.getByTestId('RecentList_row')).toContainText('here')
    await page.getByTestId('WelcomeView_stay').click()
    await expect(page.getByTestId('Shell')).toBeVisible()
  })
})
