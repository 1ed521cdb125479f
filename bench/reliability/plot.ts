import { quantile } from '../open-load.ts';
import type { Sent } from './load.ts';

/** A part of the time of the load, in ms since it began. */
export interface Phase {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Versions that may answer then. */
  readonly versions: readonly number[];
  /** Whether traffic moves. */
  readonly moves: boolean;
}

const width = 860;
const left = 56;
const right = 12;
const latencyPanel = { top: 48, bottom: 268 };
const sharePanel = { top: 308, bottom: 388 };
const bucketMs = 5000;

/** Readable on a light and on a dark page: SVG in an `img` follows the reader's colour scheme. */
const style = `<style>
text{font:12px system-ui,sans-serif;fill:#3d4b57}.strong{font-weight:600;fill:#1b2733}.grid{stroke:#c9d3da}.band{fill:#0b7a99;opacity:.1}
.p50{stroke:#0b7a99}.p95{stroke:#b7791f}.p99{stroke:#b83280}.line{fill:none;stroke-width:2}.v1{fill:#0b7a99}.v2{fill:#b7791f}.v3{fill:#b83280}
@media (prefers-color-scheme:dark){text{fill:#b6c2cc}.strong{fill:#eef3f6}.grid{stroke:#3b4955}.band{opacity:.25}
.p50{stroke:#4fc3e0}.p95{stroke:#f0b95b}.p99{stroke:#f48fc4}.v1{fill:#4fc3e0}.v2{fill:#f0b95b}.v3{fill:#f48fc4}}
</style>`;

interface Bucket {
  readonly at: number;
  readonly latencies: readonly number[];
  readonly versions: ReadonlyMap<number, number>;
}

function bucketsOf(sent: readonly Sent[]): Bucket[] {
  const groups = Map.groupBy(sent, ({ due }) => Math.floor(due / bucketMs));
  return [...groups].map(([index, requests]) => ({
    at: (index + 0.5) * bucketMs,
    latencies: requests.map(({ latency }) => latency),
    versions: new Map(
      [...Map.groupBy(requests, ({ version = 0 }) => version)].map(([version, { length }]) => [version, length]),
    ),
  }));
}

/** Latencies by time on a logarithmic scale, above the share of the answers of each version. */
export function reliabilityPlot(sent: readonly Sent[], phases: readonly Phase[], title: string): string {
  const end = phases.at(-1)?.to ?? 1;
  const buckets = bucketsOf(sent.filter(({ due }) => due < end));
  const x = (ms: number) => left + (ms / end) * (width - left - right);
  const all = sent.map(({ latency }) => latency);
  const [low, high] = [1, Math.ceil(Math.log10(Math.max(100, quantile(all, 1))))];
  const y = (ms: number) => {
    const share = (Math.log10(Math.max(10 ** low, ms)) - low) / (high - low);
    return latencyPanel.bottom - share * (latencyPanel.bottom - latencyPanel.top);
  };
  const n = (value: number) => value.toFixed(1);
  const bands = phases.map(({ name, from, to, moves }, i) => {
    const box = `x="${n(x(from))}" width="${n(x(to) - x(from))}" y="${latencyPanel.top}" height="${sharePanel.bottom - latencyPanel.top}"`;
    return `${moves ? `<rect class="band" ${box}/>` : ''}<text x="${n((x(from) + x(to)) / 2)}" y="${i % 2 === 0 ? 30 : 43}" text-anchor="middle">${name}</text>`;
  });
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map(
    (ms) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${n(y(ms))}" y2="${n(y(ms))}"/><text x="${left - 6}" y="${n(y(ms) + 4)}" text-anchor="end">${ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`}</text>`,
  );
  const lines = [0.5, 0.95, 0.99].map((share) => {
    const points = buckets.map(({ at, latencies }) => `${n(x(at))},${n(y(quantile(latencies, share)))}`);
    return `<polyline class="line p${share * 100}" points="${points.join(' ')}"/>`;
  });
  const shareHeight = sharePanel.bottom - sharePanel.top;
  const bars = buckets.flatMap(({ at, latencies: { length }, versions }) => {
    let top = sharePanel.top;
    return [...versions]
      .toSorted(([a], [b]) => a - b)
      .map(([version, answers]) => {
        const height = (answers / length) * shareHeight;
        const bar = `<rect class="v${version}" x="${n(x(at - bucketMs / 2))}" width="${n(x(bucketMs) - left - 1)}" y="${n(top)}" height="${n(height)}"/>`;
        top += height;
        return bar;
      });
  });
  const seconds = Array.from({ length: Math.floor(end / 60_000) + 1 }, (_, i) => i * 60).map(
    (at) => `<text x="${n(x(at * 1000))}" y="${sharePanel.bottom + 18}" text-anchor="middle">${at} s</text>`,
  );
  const key = (at: number, name: string, mark: string) => `${mark}<text x="${at + 18}" y="428">${name}</text>`;
  const keys = [
    ...['p50', 'p95', 'p99'].map((name, i) =>
      key(left + 70 * i, name, `<path class="line ${name}" d="M${left + 70 * i} 424h14"/>`),
    ),
    ...[1, 2, 3].map((version, i) => {
      const at = left + 250 + 100 * i;
      return key(at, `version ${version}`, `<rect class="v${version}" x="${at}" y="418" width="12" height="12"/>`);
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 440" role="img" aria-label="${title}">${style}
<text class="strong" x="${left}" y="18">${title}</text>
${bands.join('\n')}
${ticks.join('\n')}
${lines.join('\n')}
<text class="strong" x="${left}" y="${sharePanel.top - 10}">Share of the answers by version</text>
${bars.join('\n')}
${seconds.join('')}
${keys.join('\n')}
</svg>
`;
}
