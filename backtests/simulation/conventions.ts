/** The year that interest is counted by, milliseconds (actual/365). */
export const yearMs = 365 * 86_400_000;
/** A broker closes a position when equity falls to this share of the margin it was opened on. */
export const maintenanceShare = 0.5;
/** Relative slack for sums of money that are equal but for rounding. */
export const moneyTolerance = 1e-9;
