/** The plain pages of the server itself: a refusal with what to do, and a page that goes on to the console. Pure; called by pages.ts. */

/** The page for whoever may not see the console, as HTML. The texts are escaped. */
export function refusalPage(title: string, message: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Penstock</title>
<style>
:root { color-scheme: light dark; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 14px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText;
}
main { max-width: 34rem; padding: 24px; }
h1 { font-size: 18px; margin: 0 0 8px; }
p { margin: 0 0 8px; }
code { font-family: ui-monospace, monospace; }
</style>
</head>
<body><main>
<h1>${escapeHtml(title)}</h1>
${message
  .split('\n')
  .map((paragraph) => `<p>${markCode(escapeHtml(paragraph))}</p>`)
  .join('\n')}
</main></body>
</html>
`
}

/** A page that goes on to another address of this server by itself, as HTML. `location` is escaped. */
export function onwardPage(location: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=${escapeHtml(location)}">
<title>Penstock</title>
</head>
<body></body>
</html>
`
}

/** What to read where the token is missing or of an earlier start. */
export const wrongTokenText = {
  title: 'This address does not open the console',
  message: [
    'Open the address that `penstock serve` printed when it started: it ends with `?token=` and a long word.',
    'The token changes with each start, so an address or a tab from an earlier start no longer works.',
  ].join('\n'),
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${String(character.charCodeAt(0))};`)
}

function markCode(html: string): string {
  return html.replace(/`([^`]+)`/gu, '<code>$1</code>')
}
