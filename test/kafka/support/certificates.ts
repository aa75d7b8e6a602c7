/** Certificates for TLS listeners, made with openssl when a cluster starts; nothing that is secret is kept in the tree. */
import { execFile } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Files in PEM. */
export interface Certificates {
  ca: string
  /** An authority that has signed nothing here. */
  otherCa: string
  /** Key and certificate in one file, for brokers. */
  broker: string
  expired: string
  otherName: string
  clientCert: string
  clientKey: string
}

/** Name in the certificate of the listener `other-name`. */
export const otherServerName = 'kafka.penstock.test'

export async function makeCertificates(folder: string): Promise<Certificates> {
  const file = (name: string): string => path.join(folder, name)
  await Promise.all([makeAuthority(folder, 'ca'), makeAuthority(folder, 'other-ca')])
  const local = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  await Promise.all([
    sign(folder, 'broker', local),
    sign(folder, 'expired', local, -1),
    sign(folder, 'other-name', `subjectAltName=DNS:${otherServerName}`),
    sign(folder, 'client', 'extendedKeyUsage=clientAuth'),
  ])
  return {
    ca: file('ca.pem'),
    otherCa: file('other-ca.pem'),
    broker: file('broker.pem'),
    expired: file('expired.pem'),
    otherName: file('other-name.pem'),
    clientCert: file('client.crt'),
    clientKey: file('client.key'),
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

async function makeAuthority(folder: string, name: string): Promise<void> {
  const subject = ['-subj', `/CN=Penstock test ${name}`]
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`]
  await run('openssl', ['req', '-x509', ...newKey, ...files, ...subject, '-days', '30'], { cwd: folder })
}

/** Makes NAME.key, NAME.crt, and NAME.pem with both. */
async function sign(folder: string, name: string, extension: string, days = 30): Promise<void> {
  const request = ['-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`]
  await run('openssl', ['req', '-new', ...newKey, ...request], { cwd: folder })
  writeFileSync(path.join(folder, `${name}.ext`), extension)
  const files = ['-in', `${name}.csr`, '-out', `${name}.crt`, '-extfile', `${name}.ext`]
  const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAserial', `${name}.srl`, '-CAcreateserial']
  await run('openssl', ['x509', '-req', ...files, ...signer, '-days', String(days)], { cwd: folder })
  const both = path.join(folder, `${name}.pem`)
  for (const part of [`${name}.key`, `${name}.crt`])
    appendFileSync(both, readFileSync(path.join(folder, part)))
}
