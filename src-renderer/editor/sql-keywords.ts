/** The keywords of SQLite and the types of STRICT tables; names outside this list stay plain in the editor. Data only. */

/** Space separated, lower case, as the SQL language takes them. */
export const sqliteKeywords =
  'abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade ' +
  'case cast check collate column commit conflict constraint create cross current current_date current_time ' +
  'current_timestamp database default deferrable deferred delete desc detach distinct do drop each else end escape ' +
  'except exclude exclusive exists explain fail filter first following for foreign from full generated glob group ' +
  'groups having if ignore immediate in index indexed initially inner insert instead intersect into is isnull join ' +
  'key last left like limit match materialized natural no not nothing notnull nulls of offset on or order others ' +
  'outer over partition plan pragma preceding primary query raise range recursive references regexp reindex release ' +
  'rename replace restrict returning right rollback row rows savepoint select set table temp temporary then ties to ' +
  'transaction trigger unbounded union unique update using vacuum values view virtual when where window with without'

/** Keywords worth offering: the console only reads, so those that write are left out. */
export const offeredKeywords: readonly string[] = [
  ...['SELECT', 'FROM', 'WHERE', 'GROUP BY', 'HAVING', 'ORDER BY', 'LIMIT', 'OFFSET', 'DISTINCT', 'AS'],
  ...['JOIN', 'LEFT JOIN', 'INNER JOIN', 'CROSS JOIN', 'FULL JOIN', 'ON', 'USING', 'WITH', 'RECURSIVE'],
  ...[
    'UNION',
    'UNION ALL',
    'INTERSECT',
    'EXCEPT',
    'VALUES',
    'AND',
    'OR',
    'NOT',
    'IN',
    'IS NULL',
    'IS NOT NULL',
  ],
  ...['BETWEEN', 'LIKE', 'GLOB', 'EXISTS', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'CAST', 'COLLATE', 'NULL'],
  ...[
    'TRUE',
    'FALSE',
    'ASC',
    'DESC',
    'NULLS FIRST',
    'NULLS LAST',
    'OVER',
    'PARTITION BY',
    'WINDOW',
    'FILTER',
  ],
  ...['ROWS', 'RANGE', 'GROUPS', 'PRECEDING', 'FOLLOWING', 'UNBOUNDED', 'CURRENT ROW', 'EXPLAIN QUERY PLAN'],
  ...['MATERIALIZED', 'IS DISTINCT FROM', 'ESCAPE', 'CURRENT_TIMESTAMP'],
]

/** Names that a cast or a column may have as its type. */
export const sqliteTypes = 'integer int real text blob any numeric'
