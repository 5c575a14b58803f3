import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

/** `*.real.test.ts` run against real tools; `npm run test:unit` excludes them. */
const config: Config = {
  testEnvironment: 'node',
  roots: [
    '<rootDir>/actions',
    '<rootDir>/workflows-src',
    '<rootDir>/app',
    '<rootDir>/helm',
    '<rootDir>/lab',
    '<rootDir>/argocd',
    '<rootDir>/scripts',
    '<rootDir>/terraform',
  ],
  // Most of the long tests also wait for services, so one more worker than cores is useful.
  maxWorkers: availableParallelism() + 1,
  testMatch: ['**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/build/'],
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/.lab/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  // Ends a test that hangs. Generous, because some tests build images or start a cluster on a busy machine.
  testTimeout: 900_000,
};

export default config;
