import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'located-yaml', include: ['test/**/*.test.ts'] },
});
