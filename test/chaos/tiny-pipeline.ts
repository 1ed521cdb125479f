/**
 * A pipeline that trains in a moment and passes its gates whatever the seed.
 *
 * @param more further sections, as YAML
 */
export const tinyPipeline = (name: string, more = ''): string => `name: ${name}
dataset:
  format: csv
  label: { column: bought, positive: 1, negative: 0 }
  id: visit
  columns:
    email: { role: pii, action: tokenize }
    pages: { role: feature, type: number, impute: median }
    minutes: { role: feature, type: number }
    device: { role: feature, type: category, encode: onehot }
training:
  hyperparameters: { num_round: 5, max_depth: 3 }
evaluation:
  task: binary
  bootstrap: { resamples: 100 }
  gates:
    - { metric: auc, min: 0.6 }
    - { metric: auc, vsChampion: { notWorseBy: 0.4 } }
registry: { approval: manual }
notify: { slack: '#ml-chaos' }
${more}`;

/** A drop of it: no two seeds give the same rows, so none is taken for trained before. */
export function tinyDrop(seed: number, rows = 400): string {
  const lines = ['visit,email,pages,minutes,device,bought'];
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < rows; i++) {
    const minutes = Math.round(random() * 300) / 10;
    const bought = minutes + random() * 8 > 17 ? 1 : 0;
    const device = random() < 0.5 ? 'phone' : 'desk';
    lines.push(`v${seed}-${i},v${seed}.${i}@example.org,${Math.floor(random() * 20)},${minutes},${device},${bought}`);
  }
  return `${lines.join('\n')}\n`;
}
