/** Who gets in: the token, the cookie it turns into, and what everybody else is told. */
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { expect, test } from '../support/console-test.ts'

test('the token leaves the address bar and becomes a cookie that scripts cannot read', async ({
  open,
  app,
  context,
}) => {
  const page = await open('/overview')
  expect(page.url()).toBe(`${app.origin}/overview`)
  const cookies = await context.cookies()
  expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
    { httpOnly: true, sameSite: 'Strict' },
  ])
  expect(await page.evaluate(() => document.cookie)).toBe('')
})

for (const [what, path] of [
  ['no token', '/overview'],
  ['a wrong token', '/?token=from-an-earlier-start'],
] as const) {
  test(`${what} gets a page that says what to do`, async ({ browser, app }) => {
    const page = await browser.newPage()
    const response = await page.goto(`${app.origin}${path}`)
    expect(response?.status()).toBe(401)
    await expect(page.getByRole('heading')).toHaveText('This address does not open the console')
    await expect(page.locator('main')).toContainText('Open the address that penstock serve printed')
    await page.close()
  })
}

test('the printed address opens the console also from a page of another site, and leaves the address bar', async ({
  browser,
  app,
}) => {
  const page = await browser.newPage()
  const site = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end(`<a href="${app.url}">open</a>`)
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  const address = site.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await page.goto(`http://localhost:${String(port)}/`)
  await page.getByRole('link').click()
  await expect(page.getByTestId('Shell')).toBeVisible()
  expect(page.url()).toBe(`${app.origin}/overview`)
  await page.close()
  site.close()
})

test('the page comes with a strict content policy', async ({ open, page }) => {
  await open('/overview')
  const response = await page.reload()
  const policy = response?.headers()['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toContain('unsafe-eval')
})

test('a request under another host name is refused', async ({ app }) => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { host: 'rebound.example' }
    request(app.url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  expect(status).toBe(421)
})
