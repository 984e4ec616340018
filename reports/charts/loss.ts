import {
  type Chart,
  defaultSize,
  type Heading,
  type LegendItem,
  linePath,
  message,
  panel,
  picture,
  px,
  stroke,
} from '../chart.ts';
import { tickLabel } from '../format.ts';
import { markup } from '../markup.ts';
import { asksForLog, extent, linearAxis, logAxis, withAir } from '../scale.ts';

export interface LossData extends Heading {
  /** One entry per epoch; epochs count from 1. */
  readonly history: readonly { epoch: number; trainLoss: number; validationLoss: number | null }[];
  /** The epoch whose weights were kept. */
  readonly bestEpoch: number | null;
}

export const loss = {
  kind: 'loss',
  description: 'Training and validation loss per epoch, the epoch that was kept marked',
  draw(data: LossData, size = defaultSize) {
    const epochs = data.history.map((entry) => entry.epoch);
    const train = data.history.map((entry) => entry.trainLoss);
    const validation = data.history.map((entry) => entry.validationLoss ?? Number.NaN);
    return picture(size, data, legendOf(data), (box) => {
      const range = extent(train, validation);
      if (range === null) return message(box, 'No epoch was trained.');
      const log = asksForLog(range);
      const y = (log ? logAxis : linearAxis)(withAir(range, 0.06, log), tickLabel);
      const x = linearAxis([1, Math.max(2, extent(epochs)?.[1] ?? 2)], epochLabel);
      return panel(box, { x, y, title: `Loss by epoch${log ? ', log scale' : ''}` }, (plot) => [
        data.bestEpoch === null
          ? null
          : markup`<path d="M${px(plot.x(data.bestEpoch))} ${px(plot.top)}v${px(plot.height)}" ${stroke('ink', 'dashed')}/>`,
        markup`<path d="${linePath(plot, epochs, train)}" ${stroke('blue', 'thick')}/>`,
        markup`<path d="${linePath(plot, epochs, validation)}" ${stroke('vermillion', 'thick')}/>`,
      ]);
    });
  },
} as const satisfies Chart<LossData>;

function legendOf({ history, bestEpoch }: LossData): LegendItem[] {
  const items: LegendItem[] = [{ label: 'Training', colour: 'blue', mark: 'thick' }];
  if (history.some((entry) => entry.validationLoss !== null))
    items.push({ label: 'Validation', colour: 'vermillion', mark: 'thick' });
  if (bestEpoch !== null) items.push({ label: `Kept: epoch ${bestEpoch}`, colour: 'ink', mark: 'dashed' });
  return items;
}

function epochLabel(epoch: number): string {
  return Number.isInteger(epoch) ? tickLabel(epoch, 1) : '';
}
