import type { ScannerName } from '../inputs/inputs.ts';
import { checkov } from './checkov.ts';
import { kubeLinter } from './kube-linter.ts';
import { kubeScore } from './kube-score.ts';
import { kubeconform } from './kubeconform.ts';
import { polaris } from './polaris.ts';
import type { Scanner } from './scanner.ts';

export const scanners: Readonly<Record<ScannerName, Scanner>> = {
  kubeconform,
  'kube-score': kubeScore,
  'kube-linter': kubeLinter,
  polaris,
  checkov,
};
