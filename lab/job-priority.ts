/** Who goes first: what a call waits for, then what was asked for by itself. Parts of a test take the places left. */
export const jobPriority = { awaited: 2, asked: 1 } as const;
