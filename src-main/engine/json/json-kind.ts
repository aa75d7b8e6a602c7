/** Kinds of JSON values as the scanner notes them. */

/** Kinds of JSON values, as noted in `JsonScanner.kinds`. 0 means that the value is absent. */
export const jsonKind = {
  absent: 0,
  object: 1,
  array: 2,
  string: 3,
  integer: 4,
  real: 5,
  true: 6,
  false: 7,
  null: 8,
  /** A string with at least one backslash. */
  escapedString: 9,
} as const
