import { expect, it } from '@jest/globals';
import { StepCounter } from '../../src/buildx/step-counter.ts';

const count = (...lines: string[]) => {
  const counter = new StepCounter();
  for (const line of lines) counter.add(line);
  return counter.count;
};

it('the steps of the Dockerfile are counted once, each platform for itself', () => {
  expect(
    count(
      '#0 building with "lab" instance using remote driver',
      '#1 [internal] load build definition from Dockerfile',
      '#1 CACHED',
      '#4 [linux/amd64 build 1/2] FROM docker.io/library/node:24',
      '#4 CACHED',
      '#5 [linux/arm64 build 1/2] FROM docker.io/library/node:24',
      '#6 [linux/amd64 build 2/2] RUN npm ci',
      '#6 0.1 CACHED',
      '#6 ...',
      '#6 [linux/amd64 build 2/2] RUN npm ci',
      '#6 DONE 1.0s',
      '#7 exporting to image',
    ),
  ).toEqual({ total: 3, cached: 1 });
});

it('a retry is counted from scratch', () => {
  const first = ['#0 building with "lab"', '#4 [1/2] COPY a /', '#5 [2/2] COPY b /'];
  expect(count(...first, '#0 building with "lab"', '#5 [1/2] COPY a /', '#5 CACHED')).toEqual({ total: 1, cached: 1 });
});
