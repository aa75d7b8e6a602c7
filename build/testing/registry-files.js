/**
 * Apicurio Registry for test/kafka, a real schema registry that speaks the published API: from Maven's central repository into
 * a cache of the checkout. 3.0 is the newest that runs on Java 17; later ones want 21.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { withProgress } from '../checkout/progress.js'
import { projectRoot } from '../checkout/project-root.js'
import { runCaptured } from '../checkout/run-child.js'
import { findCommand } from './find-command.js'

const version = '3.0.9'
const cacheFolder = path.join(projectRoot, 'node_modules', '.cache', 'penstock-registry')
const target = path.join(cacheFolder, version)
const archive = `apicurio-registry-app-${version}-all.tar.gz`

/** Path of the jar to run; null where it is not there. */
export function findRegistry() {
  const jar = path.join(target, `apicurio-registry-app-${version}-runner.jar`)
  return existsSync(jar) ? jar : null
}

/**
 * Gets it where it is missing. Tests that need it say so where it cannot be had.
 * @returns {Promise<string>} why there is none; empty where there is
 */
export async function obtainRegistry() {
  return findRegistry() === null ? withProgress('Getting a schema registry', copyRegistry) : ''
}

/** @returns {Promise<string>} what went wrong; empty where nothing did */
async function copyRegistry() {
  const mvn = findCommand(['mvn'])
  const tar = findCommand(['tar'])
  if (mvn === null || tar === null) return `${mvn === null ? 'mvn' : 'tar'} not found`
  const unfinished = `${target}.${String(process.pid)}`
  rmSync(cacheFolder, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  const artifact = `-Dartifact=io.apicurio:apicurio-registry-app:${version}:tar.gz:all`
  // Later ones also want the artifact's parent, which is not in the central repository.
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:copy'
  const got = await runCaptured(mvn, ['-q', '-B', plugin, artifact, `-DoutputDirectory=${unfinished}`])
  if (got.code !== 0) return firstError(got.output)
  if (!readdirSync(unfinished).includes(archive)) return `Maven did not copy ${archive}`
  const unpacked = await runCaptured(tar, ['-xzf', path.join(unfinished, archive), '-C', unfinished])
  if (unpacked.code !== 0) return firstError(unpacked.output)
  rmSync(path.join(unfinished, archive))
  renameSync(unfinished, target)
  return ''
}

/** @param {string} output */
function firstError(output) {
  const lines = output.trim().split('\n')
  return lines.find((line) => line.includes('ERROR')) ?? lines[0] ?? ''
}
