/**
 * Must be the first import of every entry of the page: the strict content policy forbids code generation, and zod
 * probes for it when a schema is made.
 */
import { z } from 'zod'

z.config({ jitless: true })
