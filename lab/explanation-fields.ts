import type { Accuracy } from '@stratlab/models/explanation/accuracy.ts';
import type { Interval } from '@stratlab/models/explanation/blocks.ts';
import type { Brier } from '@stratlab/models/explanation/brier.ts';
import type { NamedRegime } from '@stratlab/models/explanation/by-gate.ts';
import type { Regime } from '@stratlab/models/explanation/by-regime.ts';
import type { Importance } from '@stratlab/models/explanation/importance.ts';
import type { RuleExplanation } from '@stratlab/models/explanation/induced-explanation.ts';
import type { Reliability } from '@stratlab/models/explanation/reliability.ts';
import type { ToldRule } from '@stratlab/models/explanation/told-rule.ts';

export type RuleFields = ReturnType<typeof ruleFields>;

export function ruleFields(kind: 'own' | 'induced', { rules, otherwise, fidelity, constantFidelity }: RuleExplanation) {
  return {
    rules_kind: kind,
    fidelity: round(fidelity),
    constant_fidelity: round(constantFidelity),
    rules: rules.map(toldFields),
    otherwise: otherwise === null ? null : toldFields(otherwise),
  };
}

function toldFields({ when, says, support, rows, confidence, accuracy, profit }: ToldRule) {
  return {
    rule: `${when} -> ${says}`,
    support: round(support),
    rows: Number(rows.toFixed(1)),
    confidence: roundOrNull(confidence),
    accuracy: roundOrNull(accuracy),
    profit: roundOrNull(profit),
  };
}

export function accuracyFields(found: Accuracy) {
  return {
    accuracy: {
      rows: found.rows,
      accuracy: round(found.accuracy),
      interval: bounds(found.interval),
      majority_class: found.majorityClass,
      majority_class_accuracy: round(found.majorityAccuracy),
      lead: round(found.lead),
      lead_interval: bounds(found.leadInterval),
      balanced_accuracy: round(found.balancedAccuracy),
    },
    confusion: found.confusion,
  };
}

export function importanceFields({ name, lossRise, lossInterval, accuracyDrop, accuracyInterval }: Importance) {
  return {
    feature: name,
    loss_rise: round(lossRise, 3),
    loss_interval: bounds(lossInterval, 3),
    includes_zero: lossInterval === null ? null : lossInterval.low <= 0 && lossInterval.high >= 0,
    accuracy_drop: round(accuracyDrop, 3),
    accuracy_interval: bounds(accuracyInterval, 3),
  };
}

export function calibrationFields(reliability: Reliability | null, brier: Brier | null) {
  return {
    reliability: {
      columns: ['rows', 'confidence', 'hit_rate'],
      rows: (reliability?.bins ?? []).map(({ rows, confidence, hitRate }) => [rows, round(confidence), round(hitRate)]),
    },
    calibration_error: roundOrNull(reliability?.calibrationError ?? null),
    brier: brier && brierFields(brier),
  };
}

function brierFields({ score, reliability, resolution, uncertainty, withinBins }: Brier) {
  return {
    score: round(score),
    reliability: round(reliability),
    resolution: round(resolution),
    uncertainty: round(uncertainty),
    within_bins: round(withinBins),
  };
}

export function regimeFields({ regime, rows, accuracy, majorityAccuracy, profit }: Regime) {
  return {
    regime,
    rows,
    accuracy: roundOrNull(accuracy),
    majority_class_accuracy: roundOrNull(majorityAccuracy),
    profit: roundOrNull(profit),
  };
}

/** `decides`: the model of the regime, or flat. */
export function namedRegimeFields({ regime, rows, cameTrue, ...figures }: NamedRegime, decides: string) {
  return {
    regime,
    decides,
    rows,
    came_true: roundOrNull(cameTrue),
    accuracy: roundOrNull(figures.accuracy),
    majority_class_accuracy: roundOrNull(figures.majorityAccuracy),
    profit: roundOrNull(figures.profit),
  };
}

function bounds(interval: Interval | null, digits?: number): [number, number] | null {
  return interval && [round(interval.low, digits), round(interval.high, digits)];
}

function roundOrNull(value: number | null): number | null {
  return value === null ? null : round(value);
}

/** As many digits as the rows can bear, so that the answer stays short. */
function round(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
