/** A pipeline with the settings that cannot change a model or what is done with it. */
interface Described {
  readonly description?: unknown;
  readonly notify?: unknown;
  readonly constraints?: unknown;
  readonly batch?: unknown;
  readonly budget?: unknown;
  readonly retention?: unknown;
  readonly tracking?: unknown;
  readonly card?: unknown;
  readonly registry?: { readonly approvers?: unknown; readonly approvals?: unknown; readonly expiresAfter?: unknown };
  readonly dataset: { readonly trigger?: unknown };
}

/**
 * The settings of a pipeline that make a new training of the same data worthwhile: all but the description, the Slack channel,
 * the constraints of a drop, how scores of files are written, the budget, who may approve, how long things are kept, where runs are logged too, the texts of the model card and what starts a run. Those take effect without a training. Everything else is pinned in the run: a new gate gives a new verdict,
 * and a new instance type reaches the endpoint with the next model.
 */
export function trainingSettings<P extends Described>(pipeline: P) {
  const {
    description: _description,
    notify: _notify,
    constraints: _constraints,
    batch: _batch,
    budget: _budget,
    retention: _retention,
    tracking: _tracking,
    card: _card,
    dataset,
    ...settings
  } = pipeline;
  const { trigger: _trigger, ...data } = dataset;
  const { approvers: _approvers, approvals: _approvals, expiresAfter: _expires, ...registry } = pipeline.registry ?? {};
  // in the place of the whole section: what was trained is known by a hash of this text
  return { ...settings, registry, dataset: data };
}
