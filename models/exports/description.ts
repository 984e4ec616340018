import type { ExportableModel } from '../export.ts';

/** What every export says of its model beside the weights; values are text, or JSON where the name ends in `_json`. */
export function describeExport(model: ExportableModel): Record<string, string> {
  const { members, features, classes, strategyFingerprint } = model;
  return {
    features_json: JSON.stringify(features),
    classes_json: JSON.stringify(classes),
    strategy_fingerprint: strategyFingerprint,
    task: members[0].spec.task,
    members: String(members.length),
  };
}
