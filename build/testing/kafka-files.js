/**
 * Apache Kafka for test/kafka: its jars from Maven's central repository in a cache of the checkout, keyed by
 * test/kafka/pom.xml, and the programs that the tests run. Installs Java, Maven and kcat on Debian where they are missing.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { withProgress } from '../checkout/progress.js'
import { projectRoot } from '../checkout/project-root.js'
import { runCaptured } from '../checkout/run-child.js'
import { installFromDebian } from './debian.js'
import { findCommand } from './find-command.js'

/**
 * @typedef {object} KafkaFiles
 * @property {string} java path of the program
 * @property {string} kcat path of the program
 * @property {string} jars absolute path of the folder that holds Kafka's jars
 */

const pom = path.join(projectRoot, 'test', 'kafka', 'pom.xml')
const cacheFolder = path.join(projectRoot, 'node_modules', '.cache', 'penstock-kafka')
const oldestJava = 17
const advice = `install a JDK of version ${String(oldestJava)} or newer, Maven and kcat`

/**
 * What is there already.
 * @returns {KafkaFiles | null}
 */
export function findKafka() {
  const java = findCommand(['java'])
  const kcat = findCommand(['kcat', 'kafkacat'])
  const jars = jarsFolder()
  return java === null || kcat === null || !existsSync(jars) ? null : { java, kcat, jars }
}

/**
 * Gets what is missing.
 * @returns {Promise<{ files: KafkaFiles | null, reason: string }>} reason: why there is none
 */
export async function obtainKafka() {
  const missing = await missingPrograms()
  if (missing.length > 0) {
    const problem = await installFromDebian(['default-jdk-headless', 'maven', 'kcat'])
    if (problem === null) return none(`${missing.join(' and ')} not found; ${advice}`)
    if (problem !== '') return none(`apt-get could not install what is missing (${problem}); ${advice}`)
  }
  const problem = existsSync(jarsFolder()) ? '' : await withProgress('Getting Apache Kafka', copyJars)
  if (problem !== '') return none(`Maven could not get Kafka's jars: ${problem}`)
  const files = findKafka()
  return files === null ? none(advice) : { files, reason: '' }
}

/** @param {string} reason */
function none(reason) {
  return { files: null, reason }
}

/** @returns {Promise<string[]>} */
async function missingPrograms() {
  /** @type {string[]} */
  const missing = []
  if (!(await hasJava())) missing.push(`a JDK of version ${String(oldestJava)} or newer`)
  if (findCommand(['mvn']) === null && !existsSync(jarsFolder())) missing.push('Maven')
  if (findCommand(['kcat', 'kafkacat']) === null) missing.push('kcat')
  return missing
}

/** The compiler has to be there too: the tests run a program from its source. */
async function hasJava() {
  const java = findCommand(['java'])
  if (java === null) return false
  const { code, output } = await runCaptured(java, ['--list-modules'])
  const version = Number(/^java\.base@(\d+)/m.exec(output)?.[1] ?? 0)
  return code === 0 && version >= oldestJava && /^jdk\.compiler@/m.test(output)
}

function jarsFolder() {
  const hash = createHash('sha256').update(readFileSync(pom)).digest('hex')
  return path.join(cacheFolder, hash.slice(0, 16))
}

/** @returns {Promise<string>} what went wrong; empty where nothing did */
async function copyJars() {
  const mvn = findCommand(['mvn'])
  if (mvn === null) return 'there is no mvn'
  const target = jarsFolder()
  const unfinished = `${target}.${String(process.pid)}`
  rmSync(cacheFolder, { recursive: true, force: true })
  mkdirSync(cacheFolder, { recursive: true })
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${unfinished}`]
  const { code, output } = await runCaptured(mvn, ['-q', '-B', '-f', pom, ...goal])
  if (code !== 0)
    return (
      output
        .trim()
        .split('\n')
        .find((line) => line.includes('ERROR')) ?? output.trim()
    )
  renameSync(unfinished, target)
  return ''
}
