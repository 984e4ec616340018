export { type ErrorCode, LabError, nearest, type Problem } from '@stratlab/data/error.ts';
export { problemsOfIssues } from '@stratlab/data/problems.ts';
