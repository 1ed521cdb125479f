/** Draws every state machine into docs/state-machines.md: `npm run diagrams`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withDiagrams } from './machines/diagram.ts';
import { readMachine } from './machines/read-machine.ts';

const file = new URL('../docs/state-machines.md', import.meta.url);
const { text, machines } = withDiagrams(readFileSync(file, 'utf8'), (name) => readMachine(name));
writeFileSync(file, text);
console.log(`docs/state-machines.md: ${machines.length} diagrams`);
