/** The masks of one source, ready for its records. Ingest and cluster thread; not reentrant. */
import type { Mask } from '../../columns/mask.ts'
import { JsonMasker } from './json-masker.ts'
import { maskTree } from './mask-tree.ts'
import { HeadersMasker, KeyMasker } from './part-maskers.ts'
import { ValueMasker } from './value-masker.ts'

export class RecordMasker {
  /** Null where nothing of the value is masked. */
  readonly value: JsonMasker | null
  readonly key: KeyMasker
  readonly headers: HeadersMasker

  /** @param hashKey key of hashes; null where it cannot be had: then what is to be hashed is redacted */
  constructor(masks: readonly Mask[], hashKey: string | null) {
    const masker = new ValueMasker(hashKey)
    const tree = maskTree(masks.filter(({ part }) => part === 'value'))
    this.value = tree === null ? null : new JsonMasker(tree, masker)
    this.key = new KeyMasker(masks, masker)
    this.headers = new HeadersMasker(masks, masker)
  }
}
