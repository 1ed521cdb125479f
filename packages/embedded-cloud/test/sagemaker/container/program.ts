/**
 * A container for tests, by SageMaker's contract: `node program.ts train|serve`. Logistic regression that takes XGBoost's
 * hyperparameters and writes XGBoost's log lines, so that the built-in algorithm's metrics are found in them.
 */
import { serve } from './serve.ts';
import { train } from './train.ts';

// Ends with the cloud that started it.
process.stdin.resume();
process.stdin.on('end', () => process.exit(1));

const [command] = process.argv.slice(2);
if (command === 'train') await train();
else if (command === 'serve') await serve();
else throw new Error(`usage: node program.ts train|serve, not ${command}`);
