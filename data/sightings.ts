import { formatInstant } from './instant.ts';
import type { Finding, RuleName, Severity } from './quality.ts';

const shown = 5;

/** What one rule saw in a series: counts every bar, keeps the first instant and five examples in words. */
export class Sightings {
  count = 0;
  private first: string | null = null;
  private readonly examples: string[] = [];

  /** `describe(...about)` is called only for the examples that are kept. `bars`: how many bars this one stands for. */
  add<About extends unknown[]>(
    time: number,
    bars: number,
    describe: (...about: About) => string,
    ...about: About
  ): void {
    this.count += bars;
    this.first ??= formatInstant(time);
    if (this.examples.length < shown) this.examples.push(`${formatInstant(time)}: ${describe(...about)}`);
  }

  /** The finding, or null where nothing was seen. */
  finding(rule: RuleName, severity: Severity, hint: string): Finding | null {
    if (this.count === 0) return null;
    return { rule, severity, count: this.count, first_at: this.first, examples: this.examples, hint };
  }
}
