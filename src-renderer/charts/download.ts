/** Hands a file to the person. */

/** Saves `content` under `name` where the browser saves downloads. */
export function downloadFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has begun to read it by the next turn; keeping it longer would hold the memory.
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, 10_000)
}

/** A title as a file name: "Event to queryable" gives "event-to-queryable". */
export function fileName(title: string): string {
  const name = title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return name.replace(/^-|-$/g, '') || 'chart'
}
