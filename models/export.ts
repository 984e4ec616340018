import type { Member } from './ensemble.ts';
import type { Predictor } from './predict.ts';

/** A network with the temperature of its probabilities; 1: as they are. */
export interface ExportableMember extends Predictor, Pick<Member, 'temperature'> {}

/** A trained model as it leaves the lab: one network, or several whose answers are averaged. */
export interface ExportableModel {
  readonly members: readonly ExportableMember[];
  /** Names of the features, in the order of the inputs. */
  readonly features: readonly string[];
  /** Names of the outputs; null for regression. */
  readonly classes: readonly string[] | null;
  readonly strategyFingerprint: string;
}

/** A file of an export. `name` is its place in the export's folder; null where the export is that one file. */
export interface ExportedFile {
  readonly name: string | null;
  readonly bytes: Uint8Array;
}

/** A way to write a model for other programs. Throws `unavailable` for a model that the format cannot hold. */
export type ModelExporter = (model: ExportableModel) => ExportedFile[];
