/** Tells SQLite files from others. */
import { open } from 'node:fs/promises'

/** sqlite.org/fileformat.html, section 1.3.1 */
const header = 'SQLite format 3\0'

/** Whether a file begins as SQLite's do. @throws the system's error */
export async function isDatabase(file: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(header.length), 0, header.length, 0)
    return bytesRead === header.length && buffer.toString('latin1') === header
  } finally {
    await handle.close()
  }
}
