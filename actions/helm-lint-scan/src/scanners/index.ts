import type { ScannerName } from '../inputs/inputs.ts';
import { checkov } from './checkov.ts';
import { kubeScore } from './kube-score.ts';
import { kubeconform } from './kubeconform.ts';
import type { Scanner } from './scanner.ts';

export const scanners: Readonly<Record<ScannerName, Scanner>> = { kubeconform, 'kube-score': kubeScore, checkov };
