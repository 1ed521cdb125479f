import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';

/** Statements of a connection that are planned once and run many times. */
export interface KeptStatements {
  /** Runs `use` with the statement of a text. Two at once have one each; one that failed is not used again. */
  run<R>(sql: string, use: (statement: DuckDBPreparedStatement) => Promise<R>): Promise<R>;
  close(): void;
}

/**
 * Keeps the plans of statements. Planning the one that encodes a request takes as long as running it for a row.
 *
 * @param most statements that are kept; the one that was used longest ago goes first
 */
export function keepStatements(connection: Pick<DuckDBConnection, 'prepare'>, most: number): KeptStatements {
  const kept = new Map<string, DuckDBPreparedStatement>();
  return {
    async run(sql, use) {
      const found = kept.get(sql);
      kept.delete(sql);
      const statement = found ?? (await connection.prepare(sql));
      try {
        const result = await use(statement);
        kept.get(sql)?.destroySync();
        kept.delete(sql);
        kept.set(sql, statement);
        return result;
      } catch (error) {
        statement.destroySync();
        throw error;
      } finally {
        for (const [oldest, last] of kept) {
          if (kept.size <= most) break;
          kept.delete(oldest);
          last.destroySync();
        }
      }
    },
    close() {
      for (const statement of kept.values()) statement.destroySync();
      kept.clear();
    },
  };
}
