import { dropName } from '#domain/runs/drop-name';
import { guessDrop } from '#domain/runs/locate-drop';
import { retrainInputSchema } from '#schemas/events/admit-drop';

/** The pipeline and drop in the input of an execution of `retrain`, as far as they can be parsed. */
export function readRunTarget(input: unknown): { pipeline?: string; drop?: string } {
  const parsed = retrainInputSchema.safeParse(input);
  if (!parsed.success) return {};
  if (!('detail' in parsed.data)) {
    const { pipeline, drop } = parsed.data;
    return drop === undefined ? { pipeline } : { pipeline, drop: dropName(pipeline, drop) };
  }
  const { key } = parsed.data.detail.object;
  const found = guessDrop(key);
  // an object outside of every pipeline's folder has no name that may be shown
  return found ? { pipeline: found.pipeline, drop: dropName(found.pipeline, found.prefix) } : {};
}
