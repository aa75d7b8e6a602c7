/**
 * Runs before the console's page, isolated from it. Tells the page that its host is Electron and passes the port on; it
 * gives the page no function and nothing of Electron or Node.
 */
import { contextBridge, ipcRenderer } from 'electron'
import { handPortOver } from './port-handover.ts'

contextBridge.exposeInMainWorld('penstockHost', Object.freeze({ kind: 'electron' }))
handPortOver(window, ipcRenderer)
