/** What a case tells the reporter of itself. */
export interface ChaosMeta {
  readonly path: string;
  readonly calls: number;
  readonly service: string;
  readonly kind: string;
  readonly case: string;
  readonly outcome?: 'succeeded' | 'failed';
  readonly violations?: readonly string[];
}

declare module 'vitest' {
  interface TaskMeta {
    chaos?: ChaosMeta;
  }
}
