/** What keeps the jobs, on another host, could not be asked; it may answer later. */
export class Unreachable extends Error {}
