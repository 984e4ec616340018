import type { SessionReturns } from './session-returns.ts';

export interface PeriodReturn {
  year: number;
  /** 1 to 12; absent in a return of a year. */
  month?: number;
  /** Compounded from the sessions in it. */
  return: number;
  sessions: number;
}

/** Compounded return per calendar month that has a session, oldest first. */
export function monthlyReturns(sessions: SessionReturns): PeriodReturn[] {
  return compounded(sessions, (date) => ({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1 }));
}

/** Compounded return per calendar year that has a session, oldest first. */
export function yearlyReturns(sessions: SessionReturns): PeriodReturn[] {
  return compounded(sessions, (date) => ({ year: date.getUTCFullYear() }));
}

function compounded(
  { session, returns }: SessionReturns,
  periodOf: (date: Date) => { year: number; month?: number },
): PeriodReturn[] {
  const periods: PeriodReturn[] = [];
  for (let i = 0; i < session.length; i++) {
    const period = periodOf(new Date(session[i]));
    let last = periods.at(-1);
    if (last?.year !== period.year || last.month !== period.month) {
      last = { ...period, return: 0, sessions: 0 };
      periods.push(last);
    }
    last.return = (1 + last.return) * (1 + returns[i]) - 1;
    last.sessions++;
  }
  return periods;
}
