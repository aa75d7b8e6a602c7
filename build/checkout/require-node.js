/** First import of every command: ends it with a clear message where the host's Node is too old for the rest to load. */
import { hostNodeProblem } from './host-node.js'

const problem = hostNodeProblem(process.versions.node, process.execPath)
if (problem !== '') {
  process.stderr.write(problem + '\n')
  process.exit(1)
}
