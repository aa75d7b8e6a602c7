/**
 * The built console as files to deliver: safe paths, types, caching. Main thread; used by the serve host over http and by
 * the Electron host over its own scheme. Nothing outside its folder is ever opened.
 */
import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'

/** One file that may be delivered. */
export interface StaticFile {
  /** Absolute path, inside the folder also after following links. */
  file: string
  sizeBytes: number
  contentType: string
  /** Value of Cache-Control. */
  cacheControl: string
  /** Value of ETag. */
  etag: string
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/** What is asked for. */
export interface StaticRequest {
  /** Path of the URL, still percent-encoded, without query. */
  urlPath: string
  /** Accept header; a page that is opened asks for text/html, a script or picture does not. */
  accept: string | null | undefined
}

/**
 * Finds the file for a request. The addresses of the console's views, which may hold dots, give index.html.
 * @param folder absolute folder of the built console
 * @returns null where there is no such file, or it lies outside the folder
 */
export async function findStaticFile(
  folder: string,
  { urlPath, accept }: StaticRequest,
): Promise<StaticFile | null> {
  const relative = decodePath(urlPath)
  if (relative === null) return null
  const index = path.join(folder, 'index.html')
  if (path.posix.extname(relative) === '') return describe(folder, index)
  const found = await describe(folder, path.join(folder, ...relative.split('/')))
  return found === null && accept?.includes('text/html') === true ? describe(folder, index) : found
}

function decodePath(urlPath: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(urlPath)
  } catch {
    return null
  }
  const segments = decoded.split('/')
  const isUnsafe = segments.some(
    (segment) => segment === '..' || /[\0\\:]/u.test(segment) || segment.startsWith('.'),
  )
  return isUnsafe ? null : segments.filter((segment) => segment !== '').join('/')
}

async function describe(folder: string, wanted: string): Promise<StaticFile | null> {
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(wanted)])
    if (!file.startsWith(root + path.sep)) return null
    const facts = await stat(file)
    if (!facts.isFile()) return null
    const ending = path.extname(file).toLowerCase()
    return {
      file,
      sizeBytes: facts.size,
      contentType: contentTypes[ending] ?? 'application/octet-stream',
      cacheControl: cacheControl(path.relative(root, file)),
      etag: `"${facts.size.toString(36)}-${Math.trunc(facts.mtimeMs).toString(36)}"`,
    }
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

function cacheControl(relative: string): string {
  if (relative.endsWith('.html')) return 'no-store'
  const isHashed = relative.startsWith(`assets${path.sep}`) && /-[\w-]{8,}\.[a-z0-9]+$/u.test(relative)
  return isHashed ? 'private, max-age=31536000, immutable' : 'no-cache'
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
