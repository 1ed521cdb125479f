/** Writes docs/reference.md from the schemas and registries: `npm run reference`. */
import { writeFileSync } from 'node:fs';
import { referencePage } from './reference/page.ts';

writeFileSync(new URL('../docs/reference.md', import.meta.url), referencePage());
console.log('docs/reference.md written');
